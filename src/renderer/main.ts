import './chosen-language.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import './fonts.css';
import './tokens.css';
import './base.css';
import './primitives.css';

document.body.replaceChildren();
mount(App, { target: document.body });
