/** Words and numbers as the command line prints them. */
export { bytesText, countText, durationText, printable, rateText } from '../../../contract/words.ts';
