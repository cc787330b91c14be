import { MargayError } from '@margay/model';
import koffi, { type LibraryHandle } from 'koffi';

/**
 * Opens a shared library by its soname.
 *
 * @param remedy what to do when it is missing, for example `apt-get install libbpf1`.
 */
export function loadLibrary(soname: string, remedy: string): LibraryHandle {
  try {
    return koffi.load(soname);
  } catch (cause) {
    throw new MargayError('PRECONDITION_FAILED', `${soname} cannot be loaded. Install it: ${remedy}.`, { cause });
  }
}
