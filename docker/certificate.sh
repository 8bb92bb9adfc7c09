#!/bin/sh
# Makes a certificate of our own for a first try: docker/certificate.sh HOST. Replace it before anybody relies on it.
set -eu
host="${1:?Name the host, for example: docker/certificate.sh emplace.example}"
folder="$(dirname "$0")/tls"
mkdir -p "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
    -keyout "$folder/privkey.pem" -out "$folder/fullchain.pem" 2>/dev/null
# nginx reads it as a user of its own.
chmod 0644 "$folder/fullchain.pem" "$folder/privkey.pem"
echo "Wrote $folder/fullchain.pem and $folder/privkey.pem for $host, good for 90 days."
