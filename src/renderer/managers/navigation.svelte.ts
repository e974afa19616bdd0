/** Which screen is shown: this is in the address after `#`, so that reload, back and forward work. */
import { parseRoute, routeHash, type Route, type ScreenName } from './routes.ts';

class NavigationManager {
  #route = $state.raw<Route>(parseRoute(''));

  get route(): Route {
    return this.#route;
  }

  /** Follows the address of the page. @returns a function that ends it */
  follow(): () => void {
    const read = () => (this.#route = parseRoute(window.location.hash));
    read();
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }

  /** @param subject the job of a plan, the run of a run */
  go(screen: ScreenName, subject?: string): void {
    window.location.hash = routeHash({ screen, subject });
  }
}

export const navigation = new NavigationManager();
