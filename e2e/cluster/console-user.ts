import superjson from 'superjson';

type Json = Parameters<typeof superjson.deserialize>[0];

/** A person at the console, by the API that the screens use, without a browser. */
export class ConsoleUser {
  /** Where the console listens. */
  readonly #url: string;
  readonly #cookies = new Map<string, string>();
  #org = '';

  private constructor(url: string) {
    this.#url = url;
  }

  /** Makes an account and an organisation. */
  static async signUp(url: string, { email, org }: { email: string; org: string }): Promise<ConsoleUser> {
    const user = new ConsoleUser(url);
    const password = 'correct horse battery staple';
    await user.mutate('account.signUp', { name: 'Ines Halden', email, password });
    const { csrfToken } = (await (await user.#fetch('/api/auth/csrf')).json()) as { csrfToken: string };
    await user.#fetch('/api/auth/callback/credentials', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrfToken, email, password, json: 'true' }).toString(),
    });
    const { slug } = await user.mutate<{ slug: string }>('org.create', { name: org });
    user.#org = slug;
    return user;
  }

  async query<T>(verb: string, input: unknown): Promise<T> {
    const text = encodeURIComponent(JSON.stringify(superjson.serialize(input)));
    return this.#answer(verb, await this.#fetch(`/api/trpc/${verb}?input=${text}`));
  }

  async mutate<T>(verb: string, input: unknown): Promise<T> {
    const body = JSON.stringify(superjson.serialize(input));
    const headers = { 'content-type': 'application/json' };
    return this.#answer(verb, await this.#fetch(`/api/trpc/${verb}`, { method: 'POST', headers, body }));
  }

  async #answer<T>(verb: string, response: Response): Promise<T> {
    const body = (await response.json()) as { result?: { data: Json }; error?: { json?: { message: string } } };
    if (!body.result) throw new Error(`${verb}: ${response.status} ${body.error?.json?.message ?? ''}`);
    return superjson.deserialize<T>(body.result.data);
  }

  async #fetch(path: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...init.headers, cookie, ...(this.#org && { 'x-margay-org': this.#org }) };
    const response = await fetch(new URL(path, this.#url), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return response;
  }
}
