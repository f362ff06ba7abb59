import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** The accessibility checker of a page. It looks in one go: there are no frames from elsewhere, and otherwise each look opens a page of its own to put results together. What is right is not described. */
export const checkerOf = (page: Page): AxeBuilder => new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
