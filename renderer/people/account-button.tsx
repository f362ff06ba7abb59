import { LogOut, UserRound, Users } from 'lucide-react';
import { useAccess, signOut } from '../state/access.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Menu, Tooltip, cx, type MenuItem } from '../ui/index.ts';
import { Avatar } from './avatar.tsx';

/** Who is signed in, at the foot of the rail; nothing where there are no accounts. */
export function AccountButton() {
  const me = useAccess((store) => store.me);
  const current = useView((store) => store.page === 'people' || store.page === 'account');
  if (me === null || me.kind !== 'account') return null;
  const words = texts.people;
  const items: MenuItem[] = [
    { kind: 'label', id: 'who', label: `${me.name} · ${words.myRole(words.roles[me.role])}` },
    { id: 'account', label: words.myAccount, icon: <UserRound />, onSelect: () => useView.setState({ page: 'account' }) },
    ...(me.permissions.includes('admin') ? [{ id: 'people', label: words.title, icon: <Users />, onSelect: () => useView.setState({ page: 'people' }) } satisfies MenuItem] : []),
    { kind: 'separator', id: 'line' },
    { id: 'sign-out', label: words.signOut, icon: <LogOut />, onSelect: () => void signOut() },
  ];
  const label = words.account(me.name);
  return (
    <Tooltip text={label} side="right">
      <span className="inline-flex">
        <Menu
          trigger={
            <button type="button" aria-label={label} aria-current={current ? 'page' : undefined} data-testid="rail-account" className={cx('flex size-9 items-center justify-center rounded-md', current ? 'bg-accent-soft' : 'hover:bg-hover')}>
              <Avatar name={me.name} />
            </button>
          }
          items={items}
        />
      </span>
    </Tooltip>
  );
}
