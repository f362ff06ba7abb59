import { describe, expect, it } from 'vitest';
import { actionTable, isActionId } from '../../renderer/app/shortcuts.ts';
import { desktopWords } from '../words.ts';
import { arrangeLines, editLines, helpLines, resultLines, runLines, viewLines, type MenuCommand } from './menu-commands.ts';

const commands = [editLines, arrangeLines, runLines, viewLines, resultLines, helpLines].flat().filter((line): line is MenuCommand => line !== 'line');

describe('the menu', () => {
  it('has German labels for all of it', () => {
    const known = ['pipeline.new', 'edit.undo', 'edit.redo', ...commands.map(({ command }) => command)];
    expect(Object.keys(desktopWords.de.commands).toSorted()).toEqual(known.toSorted());
    const { commands: _en, ...english } = desktopWords.en;
    const { commands: _de, ...german } = desktopWords.de;
    expect(Object.entries(english).filter(([name, text]) => german[name as keyof typeof german] === text)).toEqual([]);
  });

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
