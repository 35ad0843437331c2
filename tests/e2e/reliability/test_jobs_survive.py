"""kill -9 while jobs come in and run: every job that was accepted ends, with the work done, and none is lost."""

import random
import threading
import time

import httpx

from harness import patiently, serving

# It writes its own id and that of its job to a file: what was done is there, whatever the database says.
DOCUMENT = """
openapi: 3.1.0
info: {{title: Work, version: "1"}}
paths:
  /work:
    post:
      x-statute: {{job: {{run: [/bin/sh, -c, "{script}"], attempts: 100, parallel: 4, queue: 100000}}}}
      requestBody:
        required: true
        content: {{application/json: {{schema: {{type: object}}}}}}
      responses: {{"202": {{description: It will be done.}}}}
  /jobs/{{id}}:
    x-statute: {{jobs: true}}
    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
    get: {{responses: {{"200": {{description: How far it is.}}}}}}
"""
CLIENTS = 4


class Maker(threading.Thread):
    """Makes jobs until the server is gone, each with a key; the one that was not answered is asked for again."""

    def __init__(self, server, name, seed, accepted):
        super().__init__(daemon=True)
        self.server, self.name, self.accepted = server, name, accepted
        self.rng = random.Random(seed)
        self.surprises = []

    def run(self):
        with httpx.Client(base_url=self.server.url, trust_env=False, timeout=30) as client:
            for number in range(1_000_000):
                key = f"{self.name}-{number}"
                try:
                    response = client.post("/work", json={"n": number}, headers={"Idempotency-Key": f'"{key}"'})
                except httpx.TransportError:
                    return
                if response.status_code != 202:
                    self.surprises.append(response.text)
                    return
                self.accepted[key] = response.headers["Location"]
                time.sleep(self.rng.uniform(0, 0.05))


def test_no_accepted_job_is_lost_however_often_the_server_dies(tmp_path, is_full):
    rng = random.Random(5)
    done = tmp_path / "done"
    script = f"sleep 0.0$((STATUTE_ATTEMPT % 7)); echo $STATUTE_JOB_ID $STATUTE_ATTEMPT >> {done}; cat"
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT.format(script=script))
    accepted, lost_count = {}, 0
    with serving(tmp_path, document, "--drain-timeout", "2s") as server:
        for round_number in range(20 if is_full else 3):
            makers = [Maker(server, f"r{round_number}-{i}", rng.random(), accepted) for i in range(CLIENTS)]
            for maker in makers:
                maker.start()
            time.sleep(rng.uniform(0.2, 1.0))
            server.kill()
            for maker in makers:
                maker.join(30)
            assert not [maker.surprises for maker in makers if maker.surprises]
            server.start()
        client = server.client()
        for key, path in accepted.items():
            for _ in patiently(f"{key} never ends"):
                job = client.get(path)
                assert job.status_code == 200, (key, job.text)
                if job.json()["status"] not in ("queued", "running"):
                    break
            assert job.json()["status"] == "done", (key, job.text)
            lost_count += job.json()["attempts"] > 1
    assert len(set(accepted.values())) == len(accepted) > 10
    ended = {line.split()[0] for line in done.read_text().splitlines()}
    assert {path.removeprefix("/jobs/") for path in accepted.values()} <= ended
    print(f"{len(accepted)} jobs, {lost_count} of them begun more than once")
