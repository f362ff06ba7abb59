import { roles, type Role } from '#app/access/roles.ts';
import { texts } from '../text/texts.ts';
import { Select, type SelectItem } from '../ui/index.ts';

const none = 'none';
const words = texts.people;
const hint = (text: string) => <span className="pl-3 text-xs text-faint">{text}</span>;

interface RoleSelectProps {
  readonly value: Role | null;
  readonly onChange: (role: Role | null) => void;
  readonly label: string;
  readonly disabled?: boolean;
  readonly id?: string;
  /** There must be one. */
  readonly needed?: boolean;
}

/** One of the roles, each with what it may do; or none. */
export function RoleSelect({ value, onChange, label, disabled = false, id, needed = false }: RoleSelectProps) {
  const items: SelectItem[] = [...roles.map((role) => ({ value: role, label: words.roles[role], hint: hint(words.roleWhat[role]) })), ...(needed ? [] : [{ value: none, label: words.noRole, hint: hint(words.noRoleWhat) }])];
  return <Select {...(id === undefined ? {} : { id })} label={label} value={value ?? none} disabled={disabled} items={items} onChange={(next) => onChange(roles.find((role) => role === next) ?? null)} />;
}
