"""Drives Baton with Triton's own Python client, unmodified: python3 triton_client.py GRPC HTTP MODEL.

Ends with 0 and prints "same" where gRPC and HTTP, JSON and binary, compressed or not, and a stream all give one answer.
"""
import queue
import sys

import numpy as np
import tritonclient.grpc as grpc_client
import tritonclient.http as http_client

grpc_address, http_address, model = sys.argv[1:]
grpc = grpc_client.InferenceServerClient(grpc_address)
http = http_client.InferenceServerClient(http_address)

for client in (grpc, http):
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)

metadata = http.get_model_metadata(model)
assert http.get_model_config(model)["input"][0]["name"] == metadata["inputs"][0]["name"]
assert grpc.get_model_config(model).config.input[0].name == metadata["inputs"][0]["name"]
described = metadata["inputs"][0]
shape = [1 if dimension < 0 else dimension for dimension in described["shape"]]
zeros = np.zeros(shape, dtype=np.float32)
output = metadata["outputs"][0]["name"]


def given(module, **options):
    tensor = module.InferInput(described["name"], shape, "FP32")
    tensor.set_data_from_numpy(zeros, **options)
    return [tensor]


answers = [grpc.infer(model, given(grpc_client)).as_numpy(output)]
for compression in (None, "gzip", "deflate"):
    for binary in (True, False):
        answers.append(http.infer(
            model,
            given(http_client, binary_data=binary),
            outputs=[http_client.InferRequestedOutput(output, binary_data=binary)],
            request_compression_algorithm=compression,
            response_compression_algorithm=compression,
        ).as_numpy(output))

streamed = queue.Queue()
grpc.start_stream(callback=lambda result, error: streamed.put((result, error)))
grpc.async_stream_infer(model, given(grpc_client), request_id="1")
result, error = streamed.get(timeout=20)
grpc.stop_stream()
assert error is None, error
answers.append(result.as_numpy(output))

assert all(np.allclose(answers[0], answer) for answer in answers)
assert int(grpc.get_inference_statistics(model, as_json=True)["model_stats"][0]["inference_stats"]["success"]["count"])
assert http.get_inference_statistics(model)["model_stats"][0]["inference_stats"]["success"]["count"] >= len(answers)
classes = grpc.infer(
    model, given(grpc_client), outputs=[grpc_client.InferRequestedOutput(output, class_count=1)]).as_numpy(output)
assert b":" in classes.flatten()[0]
print("same")
