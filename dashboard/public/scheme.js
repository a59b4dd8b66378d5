// Before the first paint, so that nobody who works in the dark is dazzled. Read again by lib/scheme.ts.
(() => {
  let wanted;
  try {
    wanted = localStorage.getItem('tollgate.scheme');
  } catch {
    // Storage may be forbidden; the system's choice stands.
  }
  const isDark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.scheme = isDark ? 'dark' : 'light';
})();
