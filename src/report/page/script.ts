// The page's script: shows the values under the pointer, and expands all sections for printing.

/** Reads each chart's JSON and the `data-frame` of its panels (position in pixels, ends of the axes). */
export const pageScript = `
'use strict';
for (const chart of document.querySelectorAll('.chart')) {
  const series = JSON.parse(chart.querySelector('script').textContent);
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  chart.append(tip);
  const hide = () => { tip.hidden = true; };
  chart.addEventListener('pointerleave', hide);
  chart.addEventListener('pointermove', (event) => {
    const svg = event.target.closest('svg[role=img]');
    if (svg === null) return hide();
    const [left, top, width, height, x0, x1] = svg.querySelector('.panel').dataset.frame.split(' ').map(Number);
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * scale;
    const y = (event.clientY - box.top) * scale;
    if (x < left || x > left + width || y < top || y > top + height) return hide();
    const wanted = x0 + ((x - left) / width) * (x1 - x0);
    const epochs = series.flatMap((one) => one.points.map((point) => point[0]));
    const epoch = epochs.reduce((best, at) => (Math.abs(at - wanted) < Math.abs(best - wanted) ? at : best), Infinity);
    const rows = series
      .flatMap((one) => one.points.filter((point) => point[0] === epoch).map((point) => [one.label, point[1]]))
      .sort((a, b) => b[1] - a[1]);
    tip.replaceChildren(...['epoch ' + epoch, ...rows].map((row) => {
      const line = document.createElement('div');
      if (typeof row === 'string') line.textContent = row;
      else {
        const value = document.createElement('b');
        value.textContent = row[1].toFixed(2) + ' %';
        line.append(row[0], value);
      }
      return line;
    }));
    tip.hidden = false;
    const outer = chart.getBoundingClientRect();
    const right = event.clientX - outer.left + 14;
    const fits = right + tip.offsetWidth < outer.width;
    tip.style.left = (fits ? right : Math.max(0, right - tip.offsetWidth - 28)) + 'px';
    tip.style.top = Math.max(0, event.clientY - outer.top - tip.offsetHeight / 2) + 'px';
  });
}
addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll('details')) folded.open = true;
});
`;
