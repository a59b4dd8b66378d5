import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, scratch, startChild } from '../child.ts';
import { type Contender, relays } from '../contender.ts';

export const nginx: Contender = {
  id: 'nginx',
  title: 'nginx',
  settings:
    'a worker per core, kept connections to the provider over HTTP/1.1 (https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive), proxy_buffering off as streams need it, no access log',
  pairs: relays,
  start: async ({ providerPort }) => {
    const version = spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr?.trim();
    if (!version) throw new Error('nginx is not installed (Debian: nginx-light).');
    const port = await freePort();
    const place = scratch('nginx');
    const file = join(place.directory, 'nginx.conf');
    writeFileSync(file, configOf(place.directory, port, providerPort));
    execFileSync('nginx', ['-t', '-q', '-c', file, '-p', place.directory], { stdio: 'pipe' });
    const command = { name: 'nginx', program: 'nginx', args: ['-c', file, '-p', place.directory] };
    const child = await startChild(command, `http://127.0.0.1:${port}/_counts`);
    const stop = async (): Promise<void> => {
      await child.stop();
      place.remove();
    };
    return { ...child, port, version, headers: () => ({}), model: (plan) => plan, stop };
  },
};

function configOf(directory: string, port: number, providerPort: number): string {
  // Started by root it would become nobody, who may not write bodies into this directory.
  const user = process.getuid?.() === 0 ? 'user root; ' : '';
  return `${user}daemon off; pid ${directory}/pid; error_log stderr error; worker_processes auto; worker_rlimit_nofile 65536;
events { worker_connections 32768; }
http {
  access_log off; tcp_nodelay on; client_max_body_size 64m; client_body_buffer_size 256k;
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/f; uwsgi_temp_path ${directory}/u; scgi_temp_path ${directory}/s;
  keepalive_requests 1000000;
  upstream provider { server 127.0.0.1:${providerPort}; keepalive 256; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_read_timeout 600s;
    }
  }
}
`;
}
