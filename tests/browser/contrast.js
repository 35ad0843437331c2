/* Whether the text of a page can be read. */
'use strict';

/* WCAG 2.2, 1.4.3: the least contrast of text with what is behind it, and where that is. */
function leastContrast(page) {
	return page.evaluate(() => {
		const parse = color => (color.match(/[\d.]+/g) ?? []).map(Number);
		const light = ([r, g, b]) => [r, g, b].map(value => value / 255)
			.map(value => (value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4))
			.reduce((sum, value, i) => sum + value * [.2126, .7152, .0722][i], 0);
		const behind = element => {
			for (let at = element; at; at = at.parentElement) {
				const rect = at.querySelector(':scope > rect');
				const color = parse(rect ? getComputedStyle(rect).fill : getComputedStyle(at).backgroundColor);

				if (color.length >= 3 && (color[3] ?? 1) > 0)
					return color;
			}
			return parse(getComputedStyle(document.documentElement).backgroundColor);
		};
		let least = [99, ''];

		for (const element of document.querySelectorAll('body *')) {
			const isText = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
			const style = getComputedStyle(element);

			if (!isText || !element.getClientRects().length || element.closest('noscript, title, select, .said'))
				continue;
			const [a, b] = [parse(element instanceof SVGElement ? style.fill : style.color), behind(element)].map(light);
			const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);

			if (contrast < least[0])
				least = [contrast, `${element.tagName} ${element.getAttribute('class')} ${element.textContent}`];
		}
		return least;
	});
}

module.exports = { leastContrast };
