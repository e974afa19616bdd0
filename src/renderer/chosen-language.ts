/** Chooses the language of the pages as it is loaded, before anything that has a text: that of the program, which the host tells. */
import { languages } from '../contract/text/languages.ts';
import { speak } from '../contract/text/say.ts';

/** The preload tells it in the desktop window; in a browser the page itself is served with it. */
const name = window.shadowtape?.language ?? document.documentElement.lang;
document.documentElement.lang = name;

const language = languages[name];
if (language !== undefined) speak(language);
