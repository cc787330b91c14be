#!/bin/sh
# Runtime stage of agent.Dockerfile: what the bundle calls. libbpf and libnetfilter_conntrack through FFI, ip, bridge, tc and nft by name;
# nsenter, setpriv and mount are part of Debian's base.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends libbpf1 libnetfilter-conntrack3 iproute2 nftables mount util-linux ca-certificates
rm -rf /var/lib/apt/lists/*
