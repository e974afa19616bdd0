/** Makes a process of the program speak the pseudo language: loaded with `node --import` before the program. */
import { speak } from '../../../src/contract/text/say.ts';
import { pseudoLanguage } from './pseudo-language.ts';

speak(pseudoLanguage());
