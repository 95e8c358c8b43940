/**
 * The part of AWS's client that calls the runtime API, which is written in C++ and would take a compiler.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */

const http = require("node:http");

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let posted = Promise.resolve();

function call(method, path, body = "", headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${api}/${path}`, { method, agent, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

module.exports = {
  async next() {
    await posted;
    return call("GET", "next");
  },
  done(id, body) {
    posted = call("POST", `${id}/response`, body);
  },
  error(id, body, cause) {
    posted = call("POST", `${id}/error`, body, {
      "Lambda-Runtime-Function-Error-Type": JSON.parse(body).errorType,
      "Lambda-Runtime-Function-XRay-Error-Cause": cause,
    });
  },
};
