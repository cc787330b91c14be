import { statSync } from 'node:fs';
import koffi from 'koffi';

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SOL_SOCKET = 1;
const SO_NETNS_COOKIE = 71;

/**
 * Names this process's network namespace for as long as the machine runs: the kernel's cookie (5.14), never given
 * twice; before that its inode, which a later namespace may get again.
 */
export function networkNamespaceId(): string {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const getsockopt = libc.func('int getsockopt(int fd, int level, int option, void *value, void *length)');
  const close = libc.func('int close(int fd)');
  const fd = socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0) as number;
  if (fd >= 0) {
    const value = Buffer.alloc(8);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(8);
    const result = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, value, length) as number;
    close(fd);
    if (result === 0) return `cookie-${value.readBigUInt64LE()}`;
  }
  return `inode-${statSync('/proc/self/ns/net').ino}`;
}
