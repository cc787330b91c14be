import koffi from 'koffi';
import { loadLibrary } from './load-library.ts';

/** An opaque C pointer. */
export type Pointer = bigint | null | object;

/** The calls of libbpf ≥ 1.1 that Margay uses; numbers returned are 0, a file descriptor or a negative errno. */
const DECLARATIONS = {
  libbpf_set_print: 'void *libbpf_set_print(void *fn)',
  bpf_object__open_file: 'void *bpf_object__open_file(const char *path, void *opts)',
  bpf_object__load: 'int bpf_object__load(void *obj)',
  bpf_object__close: 'void bpf_object__close(void *obj)',
  bpf_object__find_map_by_name: 'void *bpf_object__find_map_by_name(void *obj, const char *name)',
  bpf_object__find_program_by_name: 'void *bpf_object__find_program_by_name(void *obj, const char *name)',
  bpf_map__fd: 'int bpf_map__fd(void *map)',
  bpf_map__set_max_entries: 'int bpf_map__set_max_entries(void *map, uint32_t max_entries)',
  bpf_map__set_pin_path: 'int bpf_map__set_pin_path(void *map, const char *path)',
  bpf_program__fd: 'int bpf_program__fd(void *prog)',
  bpf_map_lookup_elem: 'int bpf_map_lookup_elem(int fd, const void *key, void *value)',
  bpf_map_update_elem: 'int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags)',
  bpf_map_delete_elem: 'int bpf_map_delete_elem(int fd, const void *key)',
  bpf_map_lookup_batch:
    'int bpf_map_lookup_batch(int fd, void *in_batch, void *out_batch, void *keys, void *values, void *count, void *opts)',
  bpf_map_lookup_and_delete_batch:
    'int bpf_map_lookup_and_delete_batch(int fd, void *in_batch, void *out_batch, void *keys, void *values, void *count, void *opts)',
  bpf_map_delete_batch: 'int bpf_map_delete_batch(int fd, const void *keys, void *count, void *opts)',
  bpf_obj_get: 'int bpf_obj_get(const char *path)',
  bpf_obj_pin: 'int bpf_obj_pin(int fd, const char *path)',
  bpf_obj_get_info_by_fd: 'int bpf_obj_get_info_by_fd(int fd, void *info, void *length)',
  bpf_link_create: 'int bpf_link_create(int prog_fd, int target_fd, int attach_type, void *opts)',
  bpf_link_update: 'int bpf_link_update(int link_fd, int new_prog_fd, void *opts)',
  bpf_link_detach: 'int bpf_link_detach(int link_fd)',
  bpf_prog_query:
    'int bpf_prog_query(int target_fd, int type, uint32_t query_flags, void *attach_flags, void *prog_ids, void *prog_cnt)',
  bpf_tc_hook_create: 'int bpf_tc_hook_create(void *hook)',
  bpf_tc_hook_destroy: 'int bpf_tc_hook_destroy(void *hook)',
  bpf_tc_attach: 'int bpf_tc_attach(const void *hook, void *opts)',
  bpf_tc_detach: 'int bpf_tc_detach(const void *hook, const void *opts)',
  bpf_tc_query: 'int bpf_tc_query(const void *hook, void *opts)',
  bpf_prog_test_run_opts: 'int bpf_prog_test_run_opts(int prog_fd, void *opts)',
  libbpf_num_possible_cpus: 'int libbpf_num_possible_cpus()',
} as const;

type LibbpfCall = ReturnType<ReturnType<typeof koffi.load>['func']>;
export type Libbpf = { readonly [name in keyof typeof DECLARATIONS]: LibbpfCall } & {
  /** What libbpf has said (warnings and notes, the verifier's log among them) since the last call of this. */
  readonly takeMessages: () => string;
};

const MESSAGES_MAX = 400;
const MESSAGE_BYTES_MAX = 16_384;
const LEVEL_INFO = 1;

let loaded: Libbpf | undefined;

/** Loads libbpf once a process. Throws a MargayError that names the package when it is missing. */
export function libbpf(): Libbpf {
  loaded ??= load();
  return loaded;
}

function load(): Libbpf {
  const library = loadLibrary('libbpf.so.1', 'apt-get install libbpf1 (libbpf 1.1 or newer)');
  const calls = Object.fromEntries(
    Object.entries(DECLARATIONS).map(([name, declaration]) => [name, library.func(declaration)]),
  ) as { [name in keyof typeof DECLARATIONS]: LibbpfCall };
  return { ...calls, takeMessages: capturePrint(calls.libbpf_set_print) };
}

/** libbpf explains its failures only by a printf-like callback; the va_list goes to vsnprintf as it is (a pointer on x86-64 and arm64). */
function capturePrint(setPrint: LibbpfCall): () => string {
  const vsnprintf = koffi.load(null).func('int vsnprintf(void *out, size_t size, const void *format, void *arguments)');
  const print = koffi.proto('int LibbpfPrint(int level, const void *format, void *arguments)');
  const buffer = Buffer.alloc(MESSAGE_BYTES_MAX);
  let messages: string[] = [];
  const callback = koffi.register((level: number, format: bigint, list: bigint) => {
    if (level > LEVEL_INFO) return 0;
    const length = Math.min(vsnprintf(buffer, buffer.length, format, list), buffer.length - 1);
    messages.push(buffer.toString('utf8', 0, Math.max(0, length)));
    if (messages.length > MESSAGES_MAX) messages.shift();
    return 0;
  }, koffi.pointer(print));
  setPrint(callback);
  return () => {
    const text = messages.join('').trim();
    messages = [];
    return text;
  };
}
