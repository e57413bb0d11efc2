#!/bin/sh
# Starts nginx in compose.yaml with nginx.conf, of which the addresses (ARCHIVE, S3_HOST, HTTP_PORT) are filled in, and a server for the
# files (s3.conf). nginx looks names up when it starts: where an address has changed since, it is told to look again.
set -eu
from=${CONF_FROM:-/etc/platestack} to=${CONF_TO:-/tmp/nginx.conf}

{
  sed -e "s|listen 80;|listen $HTTP_PORT;|" -e "s|listen \[::\]:80;|listen [::]:$HTTP_PORT;|" \
    -e "s|server 127\.0\.0\.1:8000 |server $ARCHIVE |" -e "s|http://127\.0\.0\.1:7480|http://$S3_HOST:$HTTP_PORT|" \
    -e 's|/var/log/nginx/access\.log|/dev/stdout|' -e 's|/var/log/nginx/error\.log|/dev/stderr|' \
    -e '/^worker_rlimit_nofile/d' -e 's|worker_connections 30000|worker_connections 10000|' -e '$d' "$from/nginx.conf" |
    if [ "${MOD_ZIP:-}" ]; then
      sed -e 's|^    proxy_set_header X-Zip-Module "";|    proxy_set_header X-Zip-Module mod_zip;|'
    else
      cat
    fi
  sed -e "s|PORT|$HTTP_PORT|" -e "s|NAME|$S3_HOST|" -e "s|ADDRESS|$S3_HOST:$HTTP_PORT|" "$from/s3.conf"
  echo '}'
} >"$to"
nginx -t -q -c "$to"
[ "${1:-}" != check ] || exit 0

addresses() {
  for name in "${ARCHIVE%:*}" "$S3_HOST"; do getent ahosts "$name" || echo none; done | cut -d ' ' -f 1 | sort -u
}
(
  known=$(addresses)
  while sleep 5; do
    now=$(addresses)
    case $now in "$known" | *none*) continue ;; esac
    if nginx -s reload -c "$to"; then known=$now; fi
  done
) &
exec nginx -c "$to" -g 'daemon off;'
