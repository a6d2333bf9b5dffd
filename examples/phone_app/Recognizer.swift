// Not compiled here. Packages: TensorFlowLiteSwift for LiteRT, onnxruntime-swift-package-manager for ONNX Runtime.
// Files: sklearn-har export model.skops har.tflite (or har.onnx); model.json of sklearn-har export model.skops --web.

import Foundation
import OnnxRuntimeBindings
import TensorFlowLite

/// What model.json says: the activities, and the shape of a window.
struct Facts: Decodable {
    struct Preparation: Decodable { let window: Window }
    struct Window: Decodable { let n_timesteps: Int; let channel_names: [String] }
    let activities: [String]
    let preparation: Preparation
}

/// Probabilities of one prepared window: n_timesteps times n_channels numbers, one time step after the other.
final class LiteRTModel {
    private let interpreter: Interpreter

    init(path: String) throws {
        interpreter = try Interpreter(modelPath: path)
        try interpreter.allocateTensors()
    }

    func probabilities(_ window: [Float]) throws -> [Float] {
        try interpreter.copy(window.withUnsafeBufferPointer { Data(buffer: $0) }, toInputAt: 0)
        try interpreter.invoke()
        return try interpreter.output(at: 0).data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
}

final class OnnxModel {
    private let session: ORTSession
    private let shape: [NSNumber]

    init(path: String, facts: Facts) throws {
        let window = facts.preparation.window
        shape = [1, NSNumber(value: window.n_timesteps), NSNumber(value: window.channel_names.count)]
        session = try ORTSession(env: ORTEnv(loggingLevel: .warning), modelPath: path, sessionOptions: nil)
    }

    func probabilities(_ window: [Float]) throws -> [Float] {
        let data = window.withUnsafeBufferPointer { NSMutableData(data: Data(buffer: $0)) }
        let windows = try ORTValue(tensorData: data, elementType: .float, shape: shape)
        let found = try session.run(withInputs: ["windows": windows], outputNames: ["probabilities"], runOptions: nil)
        let bytes = try found["probabilities"]!.tensorData() as Data
        return bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
}
