// Drives Baton as any Open Inference Protocol client would, with @grpc/grpc-js and nothing of Baton but the .proto.
//   node client.js PROTO TARGET MODEL PICTURE...
// Prints one JSON object: what health, metadata, inference, a stream, statistics and wrong requests answered.
'use strict';

const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const [proto, target, model, ...pictures] = process.argv.slice(2);
const definition = protoLoader.loadSync(proto, {
  keepCase: true, longs: String, enums: String, defaults: true, oneofs: true,
});
const { inference } = grpc.loadPackageDefinition(definition);
const client = new inference.GRPCInferenceService(target, grpc.credentials.createInsecure());
const deadline = () => new Date(Date.now() + 20000);

/** Calls a method; a failure is part of the answer: { error: { code, details } }. */
function call(method, request) {
  return new Promise((resolve) => {
    client[method](request, { deadline: deadline() }, (error, response) => {
      resolve(error ? { error: { code: grpc.status[error.code], details: error.details } } : response);
    });
  });
}

/** Sends requests through one stream; the answers in the order in which they came, and how the stream ended. */
function stream(requests, headers = {}) {
  return new Promise((resolve) => {
    const metadata = new grpc.Metadata();
    Object.entries(headers).forEach(([name, value]) => metadata.set(name, value));
    const answers = [];
    const call = client.ModelStreamInfer(metadata, { deadline: deadline() });
    call.on('data', ({ error_message: error, infer_response: response }) => {
      answers.push({ error, id: response.id, outputs: response.outputs.length });
    });
    call.on('error', (error) => resolve({ answers, end: grpc.status[error.code], details: error.details }));
    call.on('end', () => resolve({ answers, end: 'OK' }));
    requests.forEach((request) => call.write(request));
    call.end();
  });
}

/** gRPC's own health service, which every platform asks. */
function health() {
  const { grpc: { health: { v1 } } } = grpc.loadPackageDefinition(protoLoader.loadSync(`${__dirname}/health.proto`, {
    enums: String, defaults: true,
  }));
  return new Promise((resolve) => {
    new v1.Health(target, grpc.credentials.createInsecure()).Check({}, { deadline: deadline() }, (error, response) => {
      resolve(error ? { error: error.details } : response);
    });
  });
}

/** A BYTES element in raw form: its length as 4 little-endian bytes, then itself. */
function rawBytes(content) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([length, content]);
}

function floats(raw) {
  return Array.from({ length: raw.length / 4 }, (_, i) => raw.readFloatLE(4 * i));
}

async function main() {
  const answer = {
    live: await call('ServerLive', {}),
    ready: await call('ServerReady', {}),
    server: await call('ServerMetadata', {}),
    modelReady: await call('ModelReady', { name: model }),
    metadata: await call('ModelMetadata', { name: model }),
    config: await call('ModelConfig', { name: model }),
    index: await call('RepositoryIndex', { ready: true }),
    health: await health(),
  };
  const input = answer.metadata.inputs[0];
  answer.raw = [];
  answer.typed = [];
  for (const picture of pictures) {
    const content = fs.readFileSync(picture);
    const described = { name: input.name, datatype: 'BYTES', shape: [1] };
    const raw = await call('ModelInfer', {
      model_name: model, id: `raw-${picture}`, inputs: [described], raw_input_contents: [rawBytes(content)],
    });
    const typed = await call('ModelInfer', {
      model_name: model, id: 'typed', inputs: [{ ...described, contents: { bytes_contents: [content] } }],
    });
    for (const [kind, response] of [['raw', raw], ['typed', typed]]) {
      answer[kind].push(response.error ? response : {
        id: response.id,
        output: response.outputs[0],
        values: floats(response.raw_output_contents[0]),
        parameters: response.parameters,
      });
    }
  }
  const shape = input.shape.map((dimension) => (Number(dimension) < 0 ? 1 : Number(dimension)));
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const zeros = Buffer.alloc(4 * count);
  const tensor = (change) => ({ name: input.name, datatype: 'FP32', shape, ...change });
  const infer = (request) => call('ModelInfer', { model_name: model, ...request });
  answer.tensor = await infer({ inputs: [tensor({})], raw_input_contents: [zeros] });
  answer.typedTensor = await infer({
    inputs: [tensor({ contents: { fp32_contents: new Array(count).fill(0) } })],
  });
  const numbered = (id, change = {}) => ({
    model_name: model, id, inputs: [tensor({})], raw_input_contents: [zeros], ...change,
  });
  answer.stream = await stream([numbered('1'), numbered('2', { model_name: 'no-such-model' }), numbered('3')]);
  answer.strictStream = await stream([numbered('1', { model_name: 'no-such-model' })], { triton_grpc_error: 'true' });
  answer.statistics = await call('ModelStatistics', { name: model });
  answer.classified = await infer({
    inputs: [tensor({})],
    raw_input_contents: [zeros],
    outputs: [{ name: answer.metadata.outputs[0].name, parameters: { classification: { int64_param: 1 } } }],
  });
  answer.wrong = {
    model: await infer({ model_name: 'no-such-model', inputs: [tensor({})], raw_input_contents: [zeros] }),
    input: await infer({ inputs: [tensor({ name: 'no-such-input' })], raw_input_contents: [zeros] }),
    shape: await infer({ inputs: [tensor({ shape: [1, 1, 1, 1] })], raw_input_contents: [Buffer.alloc(4)] }),
    datatype: await infer({ inputs: [tensor({ datatype: 'INT64' })], raw_input_contents: [Buffer.alloc(8 * count)] }),
    truncated: await infer({ inputs: [tensor({})], raw_input_contents: [zeros.subarray(0, zeros.length - 1)] }),
  };
  process.stdout.write(JSON.stringify(answer));
}

main().then(() => client.close(), (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
