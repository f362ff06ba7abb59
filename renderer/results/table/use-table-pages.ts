import { useCallback, useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { client, diagnosticOf } from '../../rpc/client.ts';
import { useConnection } from '../../rpc/connection.ts';
import { decodePage, emptyPage } from './arrow-page.ts';
import type { TablePage } from './arrow-page.ts';
import { PageCache } from './page-cache.ts';
import { askedOf, type Subject } from './table-subject.ts';

export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

export interface TableQuery {
  readonly sort: readonly SortKey[];
  readonly filter: string;
}

export const pageSize = 200;

/** What the grid draws: the pages of one question. It changes as a whole, so the grid never mixes two orders. */
export interface ShownTable {
  readonly key: string;
  /** Which asking of the question it answers. */
  readonly asked: string;
  readonly schema: Schema;
  readonly pages: PageCache<TablePage>;
  readonly query: TableQuery;
}

export interface TablePages {
  /** The newest table that has something to show; stays while the next question is being answered. */
  readonly shown: ShownTable | null;
  /** Why the newest question has no answer. */
  readonly error: Diagnostic | null;
  readonly loading: boolean;
  /** Rises whenever a page of `shown` has come. */
  readonly version: number;
  retry(): void;
}

/** Fetches one page; used for copying, too. */
export async function fetchPage(subject: Subject, port: string, query: TableQuery, offset: number, limit: number, signal?: AbortSignal): Promise<TablePage> {
  const answer = await client.data.page(
    { ...askedOf(subject), nodeId: subject.nodeId, port, offset, limit, sort: [...query.sort], filter: query.filter, glimpse: true },
    signal ? { signal } : {},
  );
  const bytes = new Uint8Array(await answer.arrow.arrayBuffer());
  return bytes.length === 0 ? emptyPage(answer.schema) : decodePage(bytes, answer.schema);
}

/** Pages of a port's table under a sort and filter. */
export function useTablePages(subject: Subject, port: string, query: TableQuery): TablePages {
  const key = JSON.stringify([subject.key, port, query.sort, query.filter]);
  const epoch = useConnection((state) => state.epoch);
  const [shown, setShown] = useState<ShownTable | null>(null);
  const [failure, setFailure] = useState<{ readonly asked: string; readonly error: Diagnostic } | null>(null);
  const [version, setVersion] = useState(0);
  const [turn, setTurn] = useState(0);
  const shownPages = useRef<PageCache<TablePage> | null>(null);
  const place = useRef('');
  const latest = useRef({ subject, port, query });
  useEffect(() => {
    latest.current = { subject, port, query };
  });
  const asked = `${epoch} ${turn} ${key}`;

  useEffect(() => {
    const { subject: about, port: from, query: wanted } = latest.current;
    // Another port or node: its rows must not stand under this one's name while they load.
    const here = `${about.nodeId} ${from}`;
    if (place.current !== here) {
      place.current = here;
      shownPages.current?.dispose();
      shownPages.current = null;
      setShown(null);
    }
    let pages: PageCache<TablePage> | null = new PageCache<TablePage>({
      pageSize,
      maxPages: 60,
      concurrency: 2,
      load: (index, signal) => fetchPage(about, from, wanted, index * pageSize, pageSize, signal),
      onChange: () => {
        const first = mine.at(0);
        if (pages !== null && first?.status === 'ready') {
          shownPages.current?.dispose();
          shownPages.current = mine;
          pages = null;
          setFailure(null);
          setShown({ key, asked, schema: first.page.schema, pages: mine, query: wanted });
        } else if (pages !== null && first?.status === 'failed') {
          setFailure({ asked, error: diagnosticOf(first.error) });
        }
        setVersion((count) => count + 1);
      },
    });
    const mine = pages;
    mine.want(0, 1, 1);
    // Once shown, the pages live until the next table is shown in their place.
    return () => pages?.dispose();
  }, [key, asked]);

  useEffect(() => () => shownPages.current?.dispose(), []);

  const retry = useCallback(() => {
    setFailure(null);
    setTurn((count) => count + 1);
  }, []);
  const error = failure?.asked === asked ? failure.error : null;
  return { shown, error, loading: shown?.asked !== asked && error === null, version, retry };
}
