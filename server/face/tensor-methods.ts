/**
 * Methods on tensors that face-api calls. The whole of TensorFlow.js adds them all and is three
 * times as large; its core alone has the same operations as functions.
 */
import * as tf from '@tensorflow/tfjs-core'

const { add, sub, mul, div, max, min, mean, relu, matMul } = tf
const { slice, pad, reshape, transpose, expandDims, cast } = tf
const OPERATIONS = {
  ...{ add, sub, mul, div, max, min, mean, relu, matMul },
  ...{ slice, pad, reshape, transpose, expandDims },
}

type Operation = (tensor: tf.Tensor, ...args: unknown[]) => tf.Tensor

export function addTensorMethods(): void {
  const methods = tf.Tensor.prototype as unknown as Record<string, unknown>
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    methods[name] = function (this: tf.Tensor, ...args: unknown[]) {
      return (operation as Operation)(this, ...args)
    }
  }
  for (const rank of [2, 3, 4]) {
    methods[`as${rank}D`] = function (this: tf.Tensor, ...shape: number[]) {
      return reshape(this, shape)
    }
  }
  methods.as1D = function (this: tf.Tensor) {
    return reshape(this, [this.size])
  }
  methods.toInt = function (this: tf.Tensor) {
    return cast(this, 'int32')
  }
}
