import { expect, test } from '../fixtures/app.ts';
import { changeAtOnce, findings, pictures, settled, takePictures } from '../pages/looks.ts';
import { hideScreen } from '../pages/screen.ts';
import { pictured, screenGroups } from '../pages/screens.ts';
import { Studio } from '../pages/studio.ts';

for (const { pipeline, run, screens } of screenGroups) {
  test(`axe finds nothing serious in either theme: ${pipeline ?? 'a new pipeline'}${run ? ', run' : ''}`, async ({ app }) => {
    test.skip(app.mode === 'electron', 'The packaged page lets no checker in; the page is the same in the browser.');
    test.slow();
    const { page } = app;
    const studio = new Studio(page);
    await studio.ready();
    if (pipeline === null) await studio.newPipeline();
    else await studio.openPipeline(pipeline);
    if (run) {
      await studio.runAll();
      await studio.expectAll('done');
    }
    await changeAtOnce(page);
    for (const [at, screen] of screens.entries()) {
      await test.step(screen.name, async () => {
        await screen.show(studio);
        // Themes differ in their colours and in nothing else. Each screen begins in the theme that the one before it ended in: a change of theme takes as long as a look.
        const themes = at % 2 === 0 ? (['light', 'dark'] as const) : (['dark', 'light'] as const);
        for (const colorScheme of themes) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
          await settled(page);
          let found = await findings(page, { coloursOnly: colorScheme !== themes[0], part: at > 0 });
          // What came onto the page while it changed its colours may not have them yet: it is looked at again.
          for (let again = 0; again < 3 && found.length > 0; again += 1) {
            await settled(page);
            found = await findings(page, { coloursOnly: colorScheme !== themes[0], part: at > 0 });
          }
          expect.soft(found, `${screen.name}, ${colorScheme}`).toEqual([]);
          // Of pages and panels when there is something on them.
          if (pictures !== undefined && pictured.has(screen.name) && (run || !/^(page|panel) /.test(screen.name))) await takePictures(page, pictures, `${screen.name}-${colorScheme}`);
        }
        await hideScreen(screen, studio);
      });
    }
    expect(app.pageErrors).toEqual([]);
  });
}
