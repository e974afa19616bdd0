/**
 * Chooses the language of the pages as it is loaded, before anything with a text: that of the program, as the host
 * reports it.
 */
import { languages } from '../contract/text/languages.ts';
import { speak } from '../contract/text/say.ts';

/** The preload has it in the desktop window; in a browser it is part of the page. */
const name = window.shadowtape?.language ?? document.documentElement.lang;
document.documentElement.lang = name;

const language = languages.get(name);
if (language !== undefined) speak(language);
