import "./node_util.ts";
export * from "@tensorflow/tfjs-node-gpu";
