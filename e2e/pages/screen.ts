import type { Page } from '@playwright/test';
import { expect } from '../fixtures/app.ts';
import type { Studio } from './studio.ts';

/** One thing that a person may have before them. What `show` opened, `hide` closes; Escape where it says nothing. */
export interface Screen {
  readonly name: string;
  readonly show: (studio: Studio) => Promise<void>;
  readonly hide?: (studio: Studio) => Promise<void>;
}

/** Screens over one pipeline; `run`: after everything in it has run. A new screen is one more entry here. */
export interface ScreenGroup {
  readonly pipeline: string | null;
  readonly run: boolean;
  readonly screens: readonly Screen[];
}

const escape = async (studio: Studio): Promise<void> => {
  await studio.page.keyboard.press('Escape');
};
export const stays = async (): Promise<void> => undefined;
export const seen = (page: Page, testId: string): Promise<void> => expect(page.getByTestId(testId).first()).toBeVisible();

/** Registered by the run of the penguins. */
export const toServe = async ({ page }: Studio): Promise<void> => {
  await page.getByTestId('rail-models').click();
  await page.getByTestId('model-penguins').getByRole('button').click();
  await page.getByTestId('serve-version').click();
  await expect(page.getByTestId('serve-start')).toBeVisible();
};

/** Something that a key opens and Escape closes. */
export const byKey = (name: string, keys: string, testId: string): Screen => ({
  name,
  show: async ({ page, canvas }) => {
    await canvas.focus();
    await page.keyboard.press(keys);
    await seen(page, testId);
  },
});

/** A page of the rail. */
export const page = (name: string, more?: (page: Page) => Promise<void>): Screen => ({
  name: `page ${name}`,
  show: async (studio) => {
    await studio.page.getByTestId(`rail-${name}`).click();
    await expect(studio.page.getByRole('main').last().getByRole('heading', { level: 1 })).toBeVisible();
    await more?.(studio.page);
  },
  hide: async (studio) => studio.page.getByTestId('rail-canvas').click(),
});

/** A panel in the place of the catalogue. */
export const panel = (name: string, testId: string): Screen => ({
  name: `panel ${name}`,
  show: async (studio) => {
    await studio.page.getByTestId(`rail-${name}`).click();
    await seen(studio.page, testId);
  },
  hide: async (studio) => studio.page.getByTestId(`rail-${name}`).click(),
});

/** A result: of a node, at a port, under a tab. */
export const result = (name: string, nodeId: string, tab: 'table' | 'report' | 'log' | 'problems', port: string | null, testId: string): Screen => ({
  name: `result ${name}`,
  show: async (studio) => {
    await studio.find(nodeId);
    await studio.showTab(tab);
    if (port !== null) await studio.page.getByTestId(`results-port-${port}`).click();
    await seen(studio.page, testId);
  },
  hide: stays,
});

export const inspectorTab = (tab: 'parameters' | 'schema' | 'about', nodeId: string): Screen => ({
  name: `inspector ${tab} of ${nodeId}`,
  show: async (studio) => {
    await studio.find(nodeId);
    await studio.page.getByTestId(`tab-${tab}`).click();
  },
  hide: async (studio) => studio.page.getByTestId('tab-parameters').click(),
});

export const onNode = (name: string, nodeId: string, keys: string, testId: string): Screen => ({
  name,
  show: async (studio) => {
    await studio.find(nodeId);
    await studio.canvas.focus();
    await studio.page.keyboard.press(keys);
    await seen(studio.page, testId);
  },
});

export const hideScreen = (screen: Screen, studio: Studio): Promise<void> => (screen.hide ?? escape)(studio);
