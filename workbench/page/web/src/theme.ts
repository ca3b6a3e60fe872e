import { useEffect, useState } from "react";

export type Theme = "light" | "dark";
const KEY = "theme";

function preferred(): Theme {
  const kept = localStorage.getItem(KEY);
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

// The colours: as the system wants them, until somebody chooses.
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(preferred);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(preferred());
    query.addEventListener("change", follow);
    follow(); // it may have changed since the first drawing
    return () => query.removeEventListener("change", follow);
  }, []);
  function toggle() {
    const next = theme === "dark" ? "light" : "dark";
    localStorage.setItem(KEY, next);
    setTheme(next);
  }
  return [theme, toggle];
}
