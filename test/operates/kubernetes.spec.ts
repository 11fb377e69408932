import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { appsIn } from '#shared/platform/process/app-health.js';
import { environmentExample, readEnvironment } from '#shared/platform/process/environment.js';
import { projectFolder } from '../../dev/processes/project.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { APPS, CONSOLE } from '../../dev/stack/wiring.js';

const root = projectFolder();
const OVERLAYS = ['laptop', 'production'] as const;
const folderOf = (overlay: string): string => join(root, 'deploy', 'kubernetes', 'overlays', overlay);
/** Kinds of operators that the reader installs: their schemas are not part of Kubernetes. */
const OF_OPERATORS = ['keda.sh/v1alpha1 ScaledObject', 'monitoring.coreos.com/v1 ServiceMonitor', 'postgresql.cnpg.io/v1 Cluster'];
/** Variables of Node and of the image of Postgres. */
const OF_OTHERS = ['NODE_EXTRA_CA_CERTS', 'POSTGRES_DB', 'POSTGRES_INITDB_ARGS', 'POSTGRES_PASSWORD_FILE'];

type Labels = Readonly<Record<string, string>>;
interface Named {
  readonly name: string;
}
interface Container extends Named {
  readonly image: string;
  readonly command?: readonly string[];
  readonly env?: readonly (Named & { readonly value: string })[];
  readonly ports?: readonly Named[];
  readonly resources?: { readonly limits?: Labels; readonly requests?: Labels };
  readonly securityContext?: object;
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly volumeMounts?: readonly (Named & { readonly mountPath: string })[];
}
interface Volume extends Named {
  readonly secret?: { readonly secretName: string };
}
interface Pod {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
    readonly securityContext?: object;
    readonly automountServiceAccountToken?: boolean;
  };
}
interface Ingress {
  readonly from: readonly { readonly podSelector?: { readonly matchLabels?: Labels } }[];
  readonly ports?: readonly { readonly port: string }[];
}
interface Doc {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Labels;
  readonly spec: {
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly ports?: readonly { readonly targetPort: string; readonly port?: number }[];
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly ingress?: readonly Ingress[];
    readonly template?: Pod;
    readonly volumeClaimTemplates?: readonly { readonly metadata: Named }[];
    readonly scaleTargetRef?: Named;
  };
}

const documentsIn = (text: string): Doc[] => parseAllDocuments(text).map((document) => document.toJS() as Doc);
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const rendered = (folder: string): Doc[] => documentsIn(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }));

/** The files of a kustomization, including those of its folders, before any patch. */
function filesOf(folder: string): Doc[] {
  const { resources } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as { resources: readonly string[] };
  return resources.flatMap((path) =>
    path.endsWith('.yaml') ? documentsIn(readFileSync(join(folder, path), 'utf8')) : filesOf(join(folder, path)),
  );
}

/** The rendered result if kubectl is installed; otherwise file by file, which shows everything but the patches. */
const cases = OVERLAYS.map((overlay) => ({ overlay, all: hasKubectl ? rendered(folderOf(overlay)) : filesOf(folderOf(overlay)) }));
const podsOf = (all: readonly Doc[]): (Pod & Named)[] =>
  all.flatMap(({ metadata: { name }, spec }) => (spec?.template === undefined ? [] : [{ ...spec.template, name }]));
const containersOf = ({ spec }: Pod): readonly Container[] => [...(spec.initContainers ?? []), ...spec.containers];
const kindOf = ({ apiVersion, kind }: Doc): string => `${apiVersion} ${kind}`;

async function problemsOf(document: Doc): Promise<string[]> {
  const { apiVersion, kind, metadata } = document;
  if (OF_OPERATORS.includes(kindOf(document))) return [];
  type Model = new (data: Doc) => { validate(): void };
  const module = (await import(`kubernetes-models/${apiVersion}/${kind}`)) as Readonly<Record<string, Model>>;
  const Kind = module[kind] as Model;
  try {
    new Kind(document).validate();
    return [];
  } catch (error) {
    return [`${kind} ${metadata.name}: ${(error as Error).message}`];
  }
}

describe.each(cases)('the overlay $overlay', ({ overlay, all }) => {
  const pods = podsOf(all);
  const fits = (selector: Labels): boolean =>
    pods.some(({ metadata: { labels } }) => Object.entries(selector).every(([name, value]) => labels[name] === value));

  it('is valid by the schemas of Kubernetes, and an invalid member would be found', async () => {
    expect(all.length).toBeGreaterThan(20);
    expect((await Promise.all([...all, ...filesOf(folderOf(overlay))].map(problemsOf))).flat()).toEqual([]);
    const [deployment] = all.filter(({ kind }) => kind === 'Deployment');
    const wrong = { ...deployment, spec: { ...deployment?.spec, replicas: 'two' } } as unknown as Doc;
    expect(await problemsOf(wrong)).toEqual([expect.stringContaining('replicas')]);
  });

  it('has the apps with probes, and the two Jobs that run before them', () => {
    for (const app of [...APPS, CONSOLE]) {
      const [container] = pods.find(({ name }) => name === app)?.spec.containers ?? [];
      expect(container?.readinessProbe).toMatchObject({ httpGet: { path: '/health/ready', port: 'health' } });
      expect(container?.livenessProbe).toMatchObject({ httpGet: { path: '/health/live', port: 'health' } });
    }
    expect(all.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['provision', 'migrate']),
    );
  });

  it('sets only variables that the apps know, to values that they take', () => {
    const known = new Set([...environmentExample().matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name));
    const settings = Object.assign({}, ...all.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data)) as Labels;
    const inPods = pods.flatMap(containersOf).flatMap(({ env = [] }) => env.map(({ name }) => name));
    expect([...Object.keys(settings), ...inPods].filter((name) => !known.has(name) && !OF_OTHERS.includes(name))).toEqual([]);
    expect(() => readEnvironment(settings)).not.toThrow();
    expect(Object.keys(settings).filter((name) => /PASSWORD|SECRET|DATABASE/.test(name))).toEqual([]);
  });

  it('gives the console the addresses of all apps, each a Service whose pods admit it', () => {
    const settings = Object.assign({}, ...all.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data)) as Labels;
    const { CONSOLE_PURCHASE_URL, CONSOLE_LEDGER_URL, CONSOLE_HEALTH_URLS = '' } = settings;
    const health = appsIn(CONSOLE_HEALTH_URLS);
    expect(health.map(([app]) => app)).toEqual([...APPS]);
    for (const address of [CONSOLE_PURCHASE_URL, CONSOLE_LEDGER_URL, ...health.map(([, url]) => url)]) {
      const { hostname, port } = new URL(address ?? '');
      const service = all.find(({ kind, metadata }) => kind === 'Service' && metadata.name === hostname);
      const target = service?.spec.ports?.find((one) => `${one.port}` === port)?.targetPort;
      const policy = all.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === hostname);
      const into = policy?.spec.ingress?.filter(({ from }) => from.some(({ podSelector }) => podSelector?.matchLabels?.app === CONSOLE));
      expect([address, into?.flatMap(({ ports = [] }) => ports.map((one) => one.port))]).toEqual([
        address,
        expect.arrayContaining([target]),
      ]);
    }
  });

  it('runs nothing as root, with a writable root, with rights of the cluster, or without limits', () => {
    for (const { name, spec } of pods) {
      expect({ name, ...spec }).toMatchObject({
        name,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
    }
    for (const { name, securityContext, resources } of pods.flatMap(containersOf)) {
      const hardened = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
      expect({ name, securityContext, limits: resources?.limits }).toMatchObject({
        name,
        securityContext: hardened,
        limits: { memory: expect.any(String) },
      });
    }
  });

  it('mounts volumes that are there, starts programs that are there, and selects pods that are there', () => {
    for (const { name, spec } of pods) {
      const claims = all.filter((one) => one.metadata.name === name).flatMap(({ spec: of }) => of?.volumeClaimTemplates ?? []);
      const there = [...(spec.volumes ?? []).map((volume) => volume.name), ...claims.map(({ metadata }) => metadata.name)];
      const mounted = containersOf({ metadata: { labels: {} }, spec }).flatMap(({ volumeMounts = [] }) =>
        volumeMounts.map((mount) => mount.name),
      );
      expect([name, mounted.filter((volume) => !there.includes(volume))]).toEqual([name, []]);
    }
    const programs = pods
      .flatMap(containersOf)
      .flatMap(({ command = [] }) => [...command.join(' ').matchAll(/\b(?:dist\/([\w/-]+)\.js|(deploy\/[\w-]+\.mjs))/g)]);
    expect(programs.length).toBeGreaterThan(4);
    expect(programs.map(([, built, plain]) => plain ?? `${built}.ts`).filter((path) => !existsSync(join(root, path)))).toEqual([]);
    for (const { kind, metadata, spec } of all) {
      const selector =
        kind === 'Service'
          ? spec.selector
          : kind === 'PodDisruptionBudget' || kind === 'Deployment'
            ? spec.selector?.matchLabels
            : undefined;
      if (selector !== undefined) expect([metadata.name, fits(selector)]).toEqual([metadata.name, true]);
      const ports = new Set(pods.flatMap(containersOf).flatMap((container) => (container.ports ?? []).map((port) => port.name)));
      if (kind === 'Service') expect((spec.ports ?? []).filter(({ targetPort }) => !ports.has(targetPort))).toEqual([]);
      if (kind === 'ScaledObject') expect(pods.map(({ name }) => name)).toContain(spec.scaleTargetRef?.name);
    }
  });
});

it('names in the README of the laptop every Secret that its pods mount, with a file that setup writes', () => {
  const page = readFileSync(join(root, 'deploy/kubernetes/README.md'), 'utf8');
  const created = [...page.matchAll(/^for who in ([a-z ]+); do .*create secret generic \$who-settings/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  );
  const folder = temporaryFolder('kubernetes-setup');
  try {
    execFileSync(process.execPath, [join(root, 'deploy/setup.mjs'), folder.path]);
    expect(created.filter((name) => !existsSync(join(folder.path, name)))).toEqual([]);
    const laptop = cases.find(({ overlay }) => overlay === 'laptop');
    const mounted = podsOf(laptop?.all ?? []).flatMap(({ spec }) => (spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []));
    const missing = mounted.filter((name) => name !== 'mint-keys' && !created.includes(name.replace('-settings', '')));
    expect([mounted.length > 7, missing]).toEqual([true, []]);
  } finally {
    folder.remove();
  }
});
