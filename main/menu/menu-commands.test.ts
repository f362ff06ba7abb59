import { describe, expect, it } from 'vitest';
import { actionTable, isActionId } from '../../renderer/app/shortcuts.ts';
import { arrangeLines, editLines, helpLines, resultLines, runLines, viewLines, type MenuCommand } from './menu-commands.ts';

const commands = [editLines, arrangeLines, runLines, viewLines, resultLines, helpLines].flat().filter((line): line is MenuCommand => line !== 'line');

describe('the menu', () => {
  it('names only what the page can do', () => {
    expect(commands.map(({ command }) => command).filter((command) => !isActionId(command))).toEqual([]);
  });

  it('shows the keys that the page listens to', () => {
    const spelt = (keys: string): string => keys.replace('CmdOrCtrl', 'Ctrl').replace('Delete', 'Del');
    const wrong = commands.filter(({ command, keys }) => keys !== undefined && isActionId(command) && !actionTable[command].keys.includes(spelt(keys)));
    expect(wrong).toEqual([]);
  });

  it('names nothing twice', () => {
    expect(new Set(commands.map(({ command }) => command)).size).toBe(commands.length);
  });
});
