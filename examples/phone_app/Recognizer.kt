// Not compiled here. build.gradle: implementation("com.google.ai.edge.litert:litert:1.4.0") for LiteRT,
// implementation("com.microsoft.onnxruntime:onnxruntime-android:1.22.0") for ONNX Runtime.
// Files: sklearn-har export model.skops har.tflite (or har.onnx); model.json of sklearn-har export model.skops --web.

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import org.json.JSONObject
import org.tensorflow.lite.Interpreter
import java.io.File
import java.nio.FloatBuffer

/** What model.json says: the activities, and the shape of a window. */
class Facts(json: String) {
    private val content = JSONObject(json)
    private val window = content.getJSONObject("preparation").getJSONObject("window")
    val activities = content.getJSONArray("activities").let { names -> List(names.length()) { names.getString(it) } }
    val nTimesteps = window.getInt("n_timesteps")
    val nChannels = window.getJSONArray("channel_names").length()
}

/** Probabilities of one prepared window of shape (n_timesteps, n_channels). */
class LiteRtModel(file: File, private val facts: Facts) {
    private val interpreter = Interpreter(file)

    fun probabilities(window: Array<FloatArray>): FloatArray {
        val output = arrayOf(FloatArray(facts.activities.size))
        interpreter.run(arrayOf(window), output)
        return output[0]
    }
}

class OnnxModel(file: File, private val facts: Facts) {
    private val environment = OrtEnvironment.getEnvironment()
    private val session = environment.createSession(file.path)

    fun probabilities(window: Array<FloatArray>): FloatArray {
        val values = FloatBuffer.wrap(window.flatMap { it.asList() }.toFloatArray())
        val shape = longArrayOf(1, facts.nTimesteps.toLong(), facts.nChannels.toLong())
        return OnnxTensor.createTensor(environment, values, shape).use { windows ->
            session.run(mapOf("windows" to windows)).use { result ->
                @Suppress("UNCHECKED_CAST") (result[0].value as Array<FloatArray>)[0]
            }
        }
    }
}
