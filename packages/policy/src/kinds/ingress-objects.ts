import type { IngressObject } from '../model/cluster.ts';
import { fieldsOf, listOf, textOf } from './cluster-objects.ts';
import type { RawObject } from './raw-object.ts';

type Backend = IngressObject['backends'][number];

/** networking.k8s.io Ingress: the default backend and that of every path. */
export function readIngress({ name, body }: RawObject, namespace: string): IngressObject {
  const spec = fieldsOf(body.spec);
  const paths = listOf(spec.rules).flatMap((rule) => listOf(fieldsOf(fieldsOf(rule).http).paths));
  const backends = [spec.defaultBackend, spec.backend, ...paths.map((path) => fieldsOf(path).backend)];
  return { kind: 'Ingress', namespace, name, backends: backends.flatMap(ingressBackend) };
}

/** networking.k8s.io/v1 nests the Service; extensions/v1beta1 did not. */
function ingressBackend(value: unknown): Backend[] {
  const backend = fieldsOf(value);
  const service = fieldsOf(backend.service);
  const port = fieldsOf(service.port);
  const nested = textOf(service.name);
  if (nested !== '') return [{ service: nested, port: portOf(port.number) ?? portOf(port.name) }];
  const flat = textOf(backend.serviceName);
  return flat === '' ? [] : [{ service: flat, port: portOf(backend.servicePort) }];
}

/** route.openshift.io Route: its Service and the alternate ones. */
export function readRoute({ name, body }: RawObject, namespace: string): IngressObject {
  const spec = fieldsOf(body.spec);
  const port = portOf(fieldsOf(spec.port).targetPort);
  const backends = [spec.to, ...listOf(spec.alternateBackends)].flatMap((target) => {
    const { kind, name: service } = fieldsOf(target);
    return (kind === undefined || kind === 'Service') && textOf(service) !== ''
      ? [{ service: textOf(service), port }]
      : [];
  });
  return { kind: 'Route', namespace, name, backends };
}

const portOf = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? value : null;
