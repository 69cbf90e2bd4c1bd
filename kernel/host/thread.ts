// A thread of the kernels' team: serves until its process ends.
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Assignment, type Seat, serve } from "../tensor/wasm/call/team";

const { seat, port } = workerData as { seat: Seat; port: MessagePort };
serve(seat, () => receiveMessageOnPort(port)?.message as Assignment | undefined);
