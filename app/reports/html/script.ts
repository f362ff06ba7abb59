/**
 * What a dashboard can do without the app, as the text of its one script: the policy of the page allows this text by its hash and no other.
 * It builds no markup: it moves rows, hides and shows, and writes text.
 */
export const dashboardScript = `'use strict';
(() => {
  const root = document.documentElement;
  const all = (selector, from) => [...(from || document).querySelectorAll(selector)];
  const toggle = document.getElementById('tone');
  if (toggle) {
    const named = () => { toggle.textContent = root.dataset.tone === 'dark' ? toggle.dataset.light : toggle.dataset.dark; };
    toggle.addEventListener('click', () => { root.dataset.tone = root.dataset.tone === 'dark' ? 'light' : 'dark'; named(); });
    named();
  }

  const chosen = document.getElementById('filter');
  const value = () => (chosen ? chosen.value : '');
  const show = (block) => {
    const box = block.querySelector('input[type=search]');
    const words = box ? box.value.trim().toLowerCase() : '';
    let count = 0;
    const rows = all('tbody tr', block);
    for (const row of rows) {
      const fits = (words === '' || row.textContent.toLowerCase().includes(words)) && (value() === '' || row.dataset.value === undefined || row.dataset.value === value());
      row.hidden = !fits;
      if (fits) count += 1;
    }
    const told = block.querySelector('.count');
    if (told) told.textContent = count === rows.length ? '' : told.dataset.found.replace('{0}', count).replace('{1}', rows.length);
  };
  const tables = all('[data-table]');
  for (const block of tables) {
    const box = block.querySelector('input[type=search]');
    if (box) box.addEventListener('input', () => show(block));
    const heads = all('thead th', block);
    heads.forEach((head, place) => {
      const button = head.querySelector('button');
      if (!button) return;
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending';
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const numeric = head.classList.contains('number');
        const body = block.querySelector('tbody');
        const keyOf = (row) => { const cell = row.cells[place]; return cell.dataset.sort === undefined ? cell.textContent : cell.dataset.sort; };
        const rows = all('tr', body).map((row) => ({ row, key: keyOf(row), empty: row.cells[place].classList.contains('empty') }));
        rows.sort((a, b) => a.empty - b.empty || (down ? -1 : 1) * (numeric ? Number(a.key) - Number(b.key) : a.key.localeCompare(b.key)));
        for (const { row } of rows) body.append(row);
      });
    });
  }
  if (chosen) {
    const filter = () => {
      for (const block of tables) show(block);
      for (const set of all('[data-parts]')) {
        const parts = all(':scope > [data-part]', set);
        const found = parts.find((part) => part.dataset.part === value() && part.dataset.part !== '');
        for (const part of parts) part.hidden = value() === '' ? part.dataset.part !== '' : part !== found;
        const none = set.querySelector('.none');
        if (none) none.hidden = value() === '' || found !== undefined;
      }
    };
    chosen.addEventListener('change', filter);
    filter();
  }

  // Titles of marks are read by those who hear the page; on the screen they stand beside the pointer.
  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.hidden = true;
  tip.setAttribute('aria-hidden', 'true');
  document.body.append(tip);
  let told = null;
  const back = () => { if (told) { told.mark.prepend(told.title); told = null; } tip.hidden = true; };
  document.addEventListener('pointermove', (event) => {
    const mark = event.target instanceof Element ? event.target.closest('svg .point, svg.picture g') : null;
    if (!mark) { back(); return; }
    if (!told || told.mark !== mark) {
      back();
      const title = all(':scope > title', mark)[0];
      if (!title) return;
      tip.textContent = title.textContent;
      title.remove();
      told = { mark, title };
      tip.hidden = false;
    }
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + 'px';
    tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + 'px';
  });
  document.addEventListener('pointerleave', back);
})();
`;
