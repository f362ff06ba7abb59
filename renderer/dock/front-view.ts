import type { WorkspaceChangedMeta, WorkspaceImperativeHandle } from 'react-resizable-panels';
import { shownNow } from '../results/use-result.ts';
import { useConfiguration } from '../state/configuration.ts';
import { useFollowed } from '../state/followed.ts';
import { useSelection } from '../state/selection.ts';
import { resultPlaces, type DockModel, type TabData } from './layout.ts';

/** Places where the report stands in for the table because the port shown is none; the table comes back with the next one. */
const stoodIn = new Set<string>();

/** A choice by hand is kept; who chooses the table while another port is shown means the node's first table. */
export function rememberChoice(model: DockModel, meta: WorkspaceChangedMeta, active: string | undefined): void {
  if (!meta.isUserInteraction) return;
  stoodIn.clear();
  const chosen = resultPlaces(model).find((place) => place.id === active)?.selectedId;
  const shown = shownNow();
  if (meta.reason !== 'select' || chosen !== 'table' || shown === null || shown.port?.kind === 'table') return;
  const first = shown.ports.find((port) => port.kind === 'table');
  if (first) useSelection.setState({ port: first.name });
}

/**
 * Table and report stand for “the result” where both follow the selection in one place: whichever the port has comes to the front.
 * @returns what ends it
 */
export function followPortKind(dock: () => WorkspaceImperativeHandle<TabData> | null): () => void {
  let last: string | null = null;
  const check = (): void => {
    const handle = dock();
    const port = shownNow()?.port ?? null;
    if (!handle || port === null || port.kind === last) return;
    last = port.kind;
    for (const place of resultPlaces(handle.getModel())) {
      const has = (id: string): boolean => place.tabs.some((tab) => tab.id === id);
      if (!has('table') || !has('charts')) continue;
      if (port.kind !== 'table' && place.selectedId === 'table') {
        handle.selectTab('charts');
        stoodIn.add(place.id);
      } else if (port.kind === 'table' && place.selectedId === 'charts' && stoodIn.has(place.id)) {
        handle.selectTab('table');
        stoodIn.delete(place.id);
      }
    }
  };
  const ends = [useFollowed.subscribe(check), useConfiguration.subscribe((state, before) => state.nodes !== before.nodes && check())];
  return () => {
    for (const end of ends) end();
  };
}
