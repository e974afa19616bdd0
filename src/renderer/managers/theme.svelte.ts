/** Light or dark: the system's setting, until the operator chooses. */

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const key = 'shadowtape.theme';

class ThemeManager {
  #theme = $state<Theme>('system');

  get theme(): Theme {
    return this.#theme;
  }

  /** Restores the saved choice. */
  restore(): void {
    this.choose(themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system');
  }

  choose(theme: Theme): void {
    this.#theme = theme;
    localStorage.setItem(key, theme);
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }

  /** Switches to the next: system, light, dark. */
  next(): void {
    this.choose(themes[(themes.indexOf(this.#theme) + 1) % themes.length] ?? 'system');
  }
}

export const theme = new ThemeManager();
