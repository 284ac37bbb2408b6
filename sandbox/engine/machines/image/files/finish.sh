#!/bin/sh
# Runs inside the new root once the packages are in: turns Debian into a machine and throws away what it does not need.
set -eu

dpkg-divert --quiet --local --rename --divert /usr/bin/aws.debian --add /usr/bin/aws
install -m 0755 /usr/lib/sandbox/aws /usr/bin/aws
chmod 0755 /usr/lib/sandbox/*
ln -s /usr/lib/sandbox/dnf /usr/bin/dnf
useradd --uid 1000 --create-home --shell /bin/bash ec2-user

systemctl enable --quiet docker.service containerd.service sandbox-api.socket sandbox-imds.socket
# Hardware, terminals and housekeeping: not there, or the host's business.
systemctl mask --quiet \
  console-getty.service getty@.service getty.target serial-getty@.service getty-static.service \
  systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service \
  systemd-journald-audit.socket systemd-modules-load.service systemd-sysctl.service systemd-firstboot.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-random-seed.service \
  systemd-binfmt.service systemd-hwdb-update.service systemd-pstore.service systemd-remount-fs.service \
  systemd-machine-id-commit.service systemd-ask-password-console.path systemd-ask-password-wall.path systemd-resolved.service \
  systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service systemd-timesyncd.service \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount \
  cloud-init-hotplugd.socket dpkg-db-backup.timer apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
  e2scrub_reap.service fstrim.timer motd-news.timer systemd-tmpfiles-clean.timer networking.service
systemctl set-default --quiet multi-user.target
# D-Bus starts logind when somebody calls poweroff; nobody logs in before.
rm -f /lib/systemd/system/multi-user.target.wants/systemd-logind.service

# The packages' scripts needed perl's library; machines do not.
rm -rf /usr/share/doc /usr/share/man /usr/share/info /usr/share/locale /usr/share/i18n /usr/share/lintian /usr/share/perl /usr/share/perl5 /usr/lib/*-linux-gnu/perl /usr/lib/*-linux-gnu/libperl.so.* /usr/bin/perl5* \
  /usr/lib/locale/* /usr/share/sgml /usr/share/xml /usr/share/bash-completion /usr/share/zoneinfo/right \
  /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt /var/lib/dpkg/*-old \
  /etc/apt/apt.conf.d/99mmdebstrap /etc/cloud/cloud.cfg.d/90* /etc/cron.d /etc/cron.daily
find /usr/lib/python3/dist-packages/awscli -type d -empty -delete
# a machine that cannot start its AWS CLI is of no use: better to know now
aws.debian sts help >/dev/null
: >/etc/machine-id
