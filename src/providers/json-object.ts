export { isObject } from '../json-object.ts';
