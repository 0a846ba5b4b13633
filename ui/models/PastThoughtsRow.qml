import QtQuick
import Soliloquy

// What becomes of the thoughts of earlier turns: the model's own rule, and what may be chosen in its place.
SettingRow {
    id: row
    property string rule          // "dropped", "kept", "kept after the last question"
    property bool keepable: false
    property string value: "model"
    signal chosen(string value)
    readonly property bool dropped: rule === "dropped"
    readonly property string own: dropped ? qsTr("dropped") : rule === "kept" ? qsTr("kept") : qsTr("kept until the next question")

    text: qsTr("Past thoughts")
    wrong: false
    note: value === "kept" ? qsTr("Kept, against the model's rule: its prompts grow longer, and it was not trained with them")
        : value === "dropped" && !dropped ? qsTr("Left out, against the model's rule: it may lose its thread")
        : dropped && !keepable ? qsTr("Dropped by its template, which has no switch that keeps them")
        : qsTr("The model's own rule: %1").arg(own)
    Choice {
        name: qsTr("Past thoughts")
        visible: options.length > 1
        width: visible ? implicitWidth : 0
        options: {
            const all = [{ value: "model", text: qsTr("Model's rule") }]
            if (!row.dropped) all.push({ value: "dropped", text: qsTr("Leave out") })
            if (row.keepable) all.push({ value: "kept", text: qsTr("Keep") })
            return all
        }
        value: row.value
        onChosen: value => row.chosen(value)
    }
}
