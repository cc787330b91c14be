import { generateKeyPairSync } from 'node:crypto';
import { generate } from 'selfsigned';
import { ADDRESSES, CLUSTER_DOMAIN } from '../network/addresses.ts';

export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const LIFETIME_MS = 30 * 86_400_000;

/** A CA of this lab alone, and the API server's certificate for every name and address by which it is called. */
export async function createCertificates(extraAddresses: readonly string[]): Promise<Certificates> {
  const validity = { algorithm: 'sha256', keyType: 'ec', notAfterDate: new Date(Date.now() + LIFETIME_MS) } as const;
  const authority = await generate([{ name: 'commonName', value: 'margay-lab' }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  const names = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${CLUSTER_DOMAIN}`,
    'localhost',
  ];
  const addresses = [...new Set([ADDRESSES.kubernetesService, ADDRESSES.node.ipv4, '127.0.0.1', ...extraAddresses])];
  const server = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { authority: authority.cert, certificate: server.cert, key: server.private };
}

/** A key pair that signs service account tokens. */
export function createSigningKey(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
}
