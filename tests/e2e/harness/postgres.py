"""A stand-in for the official PostgreSQL image, from Debian's package, for hosts that reach no public registry."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from devhost import rootfs
from devhost.host import Host

REFERENCE = "postgres:15"
_ROOT = rootfs.RootFs("postgres", ("postgresql-15",), rootfs.PYTHON_BASE)
_DOCKERFILE = """\
FROM scratch
ADD rootfs.tar /
ADD entrypoint /usr/local/bin/entrypoint
RUN chown postgres /var/lib/postgresql
USER postgres
ENTRYPOINT ["/bin/sh", "/usr/local/bin/entrypoint"]
"""
_ENTRYPOINT = """\
set -eu
bin=/usr/lib/postgresql/15/bin
socket="-c unix_socket_directories=/tmp"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  echo "$POSTGRES_PASSWORD" > /tmp/password
  $bin/initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 > /dev/null
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  $bin/pg_ctl --pgdata="$PGDATA" --wait --options="-c listen_addresses= $socket" start > /dev/null
  PGPASSWORD="$POSTGRES_PASSWORD" $bin/createdb --host=/tmp --username="$POSTGRES_USER" "$POSTGRES_DB"
  $bin/pg_ctl --pgdata="$PGDATA" --wait stop > /dev/null
fi
exec $bin/postgres -D "$PGDATA" -c listen_addresses='*' $socket
"""


def ensure_image(host: Host) -> None:
    """Put ``postgres:15`` into the host's registry, made first when it isn't there."""
    if REFERENCE in " ".join(host.status().images):
        return
    with tempfile.TemporaryDirectory(prefix="vcluster-e2e-") as name:
        folder = Path(name)
        shutil.copy(rootfs.ensure(_ROOT), folder / "rootfs.tar")
        (folder / "entrypoint").write_text(_ENTRYPOINT)
        (folder / "Dockerfile").write_text(_DOCKERFILE)
        host.build_image(folder, folder / "Dockerfile", REFERENCE, {})
