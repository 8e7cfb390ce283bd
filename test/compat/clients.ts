// The clients of the matrix.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Client, type Command, type Found, outputOf } from './client.ts';

const scripts = resolve('test/compat/clients');
/** Drivers that come from package registries are kept here, apart from the project's own dependencies. */
const workshop = resolve('.shardgate/compat');

export const clients: readonly Client[] = [
  {
    name: 'mariadb, mariadb-dump, mysqladmin',
    advice: 'apt-get install mariadb-client',
    find: () => commandLine('mariadb', 'mariadb-dump', 'mysqladmin', 'cli.sh'),
  },
  {
    name: 'sysbench oltp_read_write (text, prepared)',
    advice: 'apt-get install sysbench mariadb-client',
    find: () =>
      versionOf('sysbench', ['--version'], script('sh', 'sysbench.sh', { CLIENT: 'mariadb', TLS: '' })),
  },
  {
    name: 'mycli',
    advice: 'apt-get install mycli',
    find: () => versionOf('mycli', ['--version'], script('sh', 'mycli.sh')),
  },
  {
    name: 'mysql2 (npm)',
    advice: 'npm ci',
    find: async () => ({
      version: await npmVersion('node_modules/mysql2'),
      command: script('node', 'mysql2.mjs'),
    }),
  },
  {
    name: 'mariadb (npm)',
    advice: 'a package registry',
    find: () => npmClient('mariadb', '3.4.5', 'mariadb.mjs'),
  },
  {
    name: 'mysql (npm)',
    advice: 'a package registry',
    find: () => npmClient('mysql', '2.18.1', 'mysqljs.mjs'),
  },
  {
    name: 'PHP PDO and mysqli',
    advice: 'apt-get install php-cli php-mysql',
    find: () =>
      versionOf('php', ['-r', "echo phpversion('pdo_mysql') ?: exit(1);"], script('php', 'pdo.php')),
  },
  pythonClient('PyMySQL', 'pymysql', 'pymysql_session.py', 'python3-pymysql'),
  pythonClient('mysqlclient', 'MySQLdb', 'mysqlclient_session.py', 'python3-mysqldb'),
  pythonClient('SQLAlchemy', 'sqlalchemy', 'sqlalchemy_session.py', 'python3-sqlalchemy python3-pymysql'),
  pythonClient('Django', 'django', 'django_session.py', 'python3-django python3-mysqldb'),
  perlClient('mysql', 'libdbd-mysql-perl'),
  perlClient('MariaDB', 'libdbd-mariadb-perl'),
  {
    name: 'Ruby mysql2',
    advice: 'apt-get install ruby-mysql2',
    find: () =>
      versionOf(
        'ruby',
        ['-e', 'require "mysql2"; require "bigdecimal"; puts Mysql2::VERSION'],
        script('ruby', 'mysql2.rb'),
      ),
  },
  { name: 'Go go-sql-driver', advice: 'apt-get install golang-go', find: goClient },
  {
    name: 'MariaDB Connector/J',
    advice: 'apt-get install libmariadb-java default-jdk-headless',
    find: javaClient,
  },
];

function script(file: string, name: string, env: Readonly<Record<string, string>> = {}): Command {
  return { file: file === 'node' ? process.execPath : file, args: [join(scripts, name)], env };
}

async function versionOf(file: string, args: readonly string[], command: Command): Promise<Found | null> {
  const version = await outputOf(file, args);
  return version === null ? null : { version: version.split('\n')[0] ?? '', command };
}

async function commandLine(client: string, dump: string, admin: string, name: string): Promise<Found | null> {
  const version = await outputOf(client, ['--version']);
  if (version === null || (await outputOf(dump, ['--version'])) === null) return null;
  const { file, args } = script('sh', name);
  return { version, command: { file, args: [...args, client, dump, admin], env: { TLS: '' } } };
}

function pythonClient(name: string, module: string, file: string, packages: string): Client {
  return {
    name,
    advice: `apt-get install ${packages}`,
    async find() {
      const ask = `import ${module}; print(getattr(${module}, '__version__', None) or ${module}.get_version())`;
      // A version manager's python3 comes first on many PATHs and has no Debian packages.
      for (const python of ['python3', '/usr/bin/python3']) {
        const found = await versionOf(python, ['-W', 'ignore', '-c', ask], {
          file: python,
          args: ['-W', 'ignore', join(scripts, file)],
          env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0', PYTHONPATH: scripts },
        });
        if (found !== null) return found;
      }
      return null;
    },
  };
}

function perlClient(driver: string, packageName: string): Client {
  return {
    name: `Perl DBD::${driver}`,
    advice: `apt-get install ${packageName}`,
    find: () =>
      versionOf('perl', ['-e', `use DBD::${driver}; print $DBD::${driver}::VERSION`], {
        file: 'perl',
        args: [join(scripts, 'dbd.pl'), driver],
      }),
  };
}

async function npmVersion(directory: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const { version }: { version: string } = JSON.parse(
    await readFile(resolve(directory, 'package.json'), 'utf8'),
  );
  return version;
}

async function npmClient(name: string, version: string, file: string): Promise<Found | null> {
  const home = join(workshop, 'node');
  const installed = join(home, 'node_modules', name);
  if (!existsSync(installed)) {
    await mkdir(home, { recursive: true });
    if (!existsSync(join(home, 'package.json')))
      await writeFile(join(home, 'package.json'), '{"private": true}\n');
    const got = await outputOf('npm', [
      'install',
      '--prefix',
      home,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      `${name}@${version}`,
    ]);
    if (got === null) return null;
  }
  return { version: await npmVersion(installed), command: script('node', file, { MODULES: home }) };
}

async function goClient(): Promise<Found | null> {
  const version = await outputOf('go', ['version']);
  if (version === null) return null;
  const home = join(workshop, 'go');
  await mkdir(home, { recursive: true });
  const { copyFile } = await import('node:fs/promises');
  for (const file of ['main.go', 'go.mod']) await copyFile(join(scripts, 'go', file), join(home, file));
  const program = join(home, 'session');
  const built = await outputOf('go', ['build', '-C', home, '-mod=mod', '-o', program, '.'], { GOFLAGS: '' });
  return built === null ? null : { version, command: { file: program, args: [] } };
}

async function javaClient(): Promise<Found | null> {
  const jar = '/usr/share/java/mariadb-java-client.jar';
  const version = await outputOf('java', ['-version']);
  if (version === null || !existsSync(jar)) return null;
  const home = join(workshop, 'java');
  await mkdir(home, { recursive: true });
  const built = await outputOf('javac', [
    '-encoding',
    'UTF-8',
    '-d',
    home,
    '-cp',
    jar,
    join(scripts, 'java/Session.java'),
  ]);
  if (built === null) return null;
  const args = ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8', '-cp', `${home}:${jar}`, 'Session'];
  return { version: version.split('\n')[0] ?? '', command: { file: 'java', args } };
}
