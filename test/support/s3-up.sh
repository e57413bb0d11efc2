#!/usr/bin/env bash
# Start a private single-node Ceph (one mon, one osd, one radosgw) as an S3 server for tests.
#
#   s3-up.sh DATA_DIR [S3_PORT=7480] [MON_PORT=S3_PORT+1] [OSD_PORT_MIN=S3_PORT+2]
#
# Needs: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw   (root not needed to run)
# Everything (config, data, logs, pids, s3.env) lives in DATA_DIR; every socket is on 127.0.0.1.
# Ports used: S3_PORT, MON_PORT and four free ones of OSD_PORT_MIN..+15.
# Prints S3_ENDPOINT, S3_FORCE_PATH_STYLE, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION when ready.
# Idempotent: a running server is left alone; what is left of a broken start is cleared away.
# Environment, read at the first start in DATA_DIR:
#   S3_STORE   memstore (default: objects in RAM, gone after a stop) or bluestore (objects in a file, kept)
#   S3_SIZE    room for objects, e.g. 4G (the default); writes hang when it is 95 % full
#   S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION (us-east-1)
#   S3_STORAGE_CLASS   a storage class beside STANDARD, e.g. STANDARD_IA
#   S3_DNS_NAME   a name under which buckets are hosts, as in BUCKET.NAME; by their paths they are found anyway
#   S3_WAIT    seconds allowed per step (60)
set -euo pipefail

die() { echo "s3-up: $*" >&2; exit 1; }
[ $# -ge 1 ] || die "usage: s3-up.sh DATA_DIR [S3_PORT] [MON_PORT] [OSD_PORT_MIN]"
mkdir -p -- "$1"; D=$(cd -- "$1" && pwd -P)
PORT=${2:-7480}; MON_PORT=${3:-$((PORT + 1))}; OSD_MIN=${4:-$((PORT + 2))}
KEY=${S3_ACCESS_KEY_ID:-TESTACCESSKEY0000001}
SECRET=${S3_SECRET_ACCESS_KEY:-test-secret-key-not-for-production-00001}
REGION=${S3_REGION:-us-east-1}
STORE=${S3_STORE:-memstore}; SIZE=$(numfmt --from=iec "${S3_SIZE:-4G}")
WAIT=${S3_WAIT:-60}
CONF=$D/ceph.conf
for b in ceph ceph-mon ceph-osd radosgw radosgw-admin monmaptool curl flock; do
  command -v "$b" >/dev/null || die "$b not found: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw curl"
done
case $D in *[!A-Za-z0-9_./+-]*) die "DATA_DIR must be made of plain characters: $D";; esac
case $STORE in memstore | bluestore) ;; *) die "S3_STORE must be memstore or bluestore";; esac
had=$(ls -A -- "$D") # before looking for the mark: another s3-up may be making it just now
if [ -n "$had" ] && [ ! -f "$D/.s3-up" ]; then die "$D is not empty and not made by s3-up.sh"; fi
touch "$D/.s3-up"; mkdir -p "$D"/{run,log,crash,rgw}
exec 9>"$D/.s3-up"; flock -w "$WAIT" 9 || die "another s3-up or s3-down holds $D"

# A pid counts as ours only while its command line names our ceph.conf (pids get reused).
alive() {
  local p; p=$(cat "$D/run/$1.pid" 2>/dev/null) || return 1
  [ -n "$p" ] && [ -r "/proc/$p/cmdline" ] && tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null | grep -qF -- "-c $CONF "
}
stop() { # stop NAME...
  local n p i
  for n in "$@"; do
    if alive "$n"; then
      p=$(cat "$D/run/$n.pid"); kill -TERM "$p" 2>/dev/null || true
      for i in {1..200}; do alive "$n" || break; sleep 0.05; done
      if alive "$n"; then kill -KILL "$p" 2>/dev/null || true; sleep 0.2; fi
    fi
    rm -f "$D/run/$n.pid"
  done
}
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
fail() {
  local f; echo "s3-up: $1" >&2
  for f in "$D"/log/*.out; do [ -s "$f" ] && { echo "--- $f" >&2; tail -n 8 "$f" >&2; }; done
  exit 1
}
until_ok() { # until_ok PROC COMMAND...   wait for COMMAND, give up when PROC died
  local proc=$1 end=$((SECONDS + WAIT)); shift
  until "$@" >/dev/null 2>&1; do
    alive "$proc" || fail "$proc died"
    [ "$SECONDS" -lt "$end" ] || fail "gave up after ${WAIT}s waiting for: $*"
    sleep 0.05
  done
}
spawn() { # spawn NAME COMMAND...   a daemon in the foreground of its own session, holding none of our files
  local name=$1 i word; shift
  (
    for i in /proc/self/fd/*; do i=${i##*/}; [ "$i" -le 2 ] || eval "exec $i>&-" 2>/dev/null || true; done
    exec setsid "$@"
  ) </dev/null >"$D/log/$name.out" 2>&1 &
  echo $! >"$D/run/$name.pid"
  # until it has become the program itself: while it becomes that, it has no command line, and would be taken for dead
  for i in {1..1000}; do
    if IFS= read -r -d '' word 2>/dev/null <"/proc/$!/cmdline" && [ "$word" = "$1" ]; then return 0; fi
    kill -0 $! 2>/dev/null || break
    sleep 0.02
  done
  fail "$name did not start"
}
quiet() { local out=$D/log/$1.out; shift; "$@" >"$out" 2>&1 9>&- || fail "failed: $*"; }
ceph_() { ceph -c "$CONF" --connect-timeout 10 "$@" 9>&-; }
rgw_admin() { radosgw-admin -n client.rgw -c "$CONF" "$@" 9>&-; }
osd_up() { ceph_ osd stat -f json | grep -q '"num_up_osds":1'; }
s3_up() { [ "$(curl -s -o /dev/null -m 5 --noproxy '*' -w '%{http_code}' "http://127.0.0.1:$PORT/" 9>&-)" = 200 ]; }

if [ -f "$D/s3.env" ] && alive mon && alive osd && alive rgw; then
  grep -qx "S3_ENDPOINT=http://127.0.0.1:$PORT" "$D/s3.env" || die "already running there: $(head -1 "$D/s3.env")"
  until_ok rgw s3_up; cat "$D/s3.env"; exit 0
fi

stop rgw osd mon # whatever is left of a broken start
if [ ! -f "$D/keys.env" ] || [ "$(cat "$D/store")" = memstore ]; then # first start, or nothing to keep
  rm -rf -- "$D"/{mon,osd,rgw,crash,log} "$D"/{keys.env,s3.env,monmap,zonegroup.json}
  mkdir -p "$D"/{mon,osd,rgw,crash,log}
  FRESH=1; FSID=$(cat /proc/sys/kernel/random/uuid); OSD_UUID=$(cat /proc/sys/kernel/random/uuid)
  echo "$STORE" >"$D/store"; echo "$MON_PORT" >"$D/mon.port"; echo "$SIZE" >"$D/size"
else
  FRESH=; FSID=$(cat "$D/osd/ceph_fsid"); STORE=$(cat "$D/store"); SIZE=$(cat "$D/size")
  [ "$MON_PORT" = "$(cat "$D/mon.port")" ] || die "the mon port in $D is $(cat "$D/mon.port") (it is in the monmap): give that one or wipe"
fi
port_free "$MON_PORT" || die "port $MON_PORT (mon) is taken"
port_free "$PORT" || die "port $PORT (S3) is taken"

cat >"$CONF" <<CONF
[global]
fsid = $FSID
mon_host = [v2:127.0.0.1:$MON_PORT]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
ms_bind_port_min = $OSD_MIN
ms_bind_port_max = $((OSD_MIN + 15))
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
# radosgw asks for "secure" by itself, which cannot be had without cephx
ms_mon_client_mode = crc
run_dir = $D/run
admin_socket =
pid_file =
crash_dir = $D/crash
keyring = $D/keyring
log_file = $D/log/\$name.log
mon_cluster_log_file = $D/log/cluster.log
log_max_recent = 100
debug_rocksdb = 1/1
debug_bluestore = 0/0
debug_bluefs = 0/0
debug_mon = 0/0
debug_osd = 0/0
debug_paxos = 0/0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
[mon]
mon_data = $D/mon
mon_data_avail_crit = 1
mon_data_avail_warn = 1
mon_allow_pool_delete = true
mon_warn_on_pool_no_redundancy = false
auth_allow_insecure_global_id_reclaim = false
# without these two every new pool costs seconds
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[osd]
osd_data = $D/osd
osd_objectstore = $STORE
memstore_device_bytes = $SIZE
bluestore_block_size = $SIZE
bluestore_cache_autotune = false
bluestore_cache_size = 67108864
[client]
rgw_rados_pool_pg_num_min = 1
[client.rgw]
rgw_data = $D/rgw
rgw_frontends = beast endpoint=127.0.0.1:$PORT
rgw_thread_pool_size = 32
${S3_DNS_NAME:+rgw_dns_name = $S3_DNS_NAME}
# give back the room of deleted multipart objects at once, not after two hours
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 10
CONF

if [ "$FRESH" ]; then
  quiet monmap monmaptool --create --clobber --fsid "$FSID" --addv a "[v2:127.0.0.1:$MON_PORT]" "$D/monmap"
  quiet mkfs-mon ceph-mon --mkfs -i a -c "$CONF" --monmap "$D/monmap"
fi
spawn mon ceph-mon -i a -c "$CONF" -f
until_ok mon ceph_ mon stat

if [ "$FRESH" ]; then
  quiet osd-new ceph_ osd new "$OSD_UUID"
  quiet mkfs-osd ceph-osd --mkfs -i 0 -c "$CONF" --osd-uuid "$OSD_UUID"
fi
spawn osd ceph-osd -i 0 -c "$CONF" -f
until_ok osd osd_up

if [ "$FRESH" ]; then # before radosgw starts: both make the default zone, and they race
  quiet user rgw_admin user create --uid test --display-name Test --access-key "$KEY" --secret-key "$SECRET"
  if [ "$REGION" != us-east-1 ]; then # CreateBucket then carries a LocationConstraint; it must be the api_name
    rgw_admin zonegroup get --rgw-zonegroup default 2>"$D/log/zonegroup.out" |
      sed "s/\"api_name\": \"[^\"]*\"/\"api_name\": \"$REGION\"/" >"$D/zonegroup.json"
    quiet region rgw_admin zonegroup set --rgw-zonegroup default --infile "$D/zonegroup.json"
  fi
  if [ -n "${S3_STORAGE_CLASS:-}" ]; then # beside STANDARD, the only one that a server knows by itself
    for admin in "zonegroup placement add --rgw-zonegroup default" \
      "zone placement add --rgw-zone default --data-pool default.rgw.buckets.data"; do
      # shellcheck disable=SC2086
      quiet storage-class rgw_admin $admin --placement-id default-placement --storage-class "$S3_STORAGE_CLASS"
    done
  fi
  printf 'S3_ACCESS_KEY_ID=%s\nS3_SECRET_ACCESS_KEY=%s\nS3_REGION=%s\n' "$KEY" "$SECRET" "$REGION" >"$D/keys.env"
fi
spawn rgw radosgw -n client.rgw -c "$CONF" -f
until_ok rgw s3_up

{ echo "S3_ENDPOINT=http://127.0.0.1:$PORT"; echo "S3_FORCE_PATH_STYLE=true"; cat "$D/keys.env"; } >"$D/s3.env.new"
mv "$D/s3.env.new" "$D/s3.env"
cat "$D/s3.env"
