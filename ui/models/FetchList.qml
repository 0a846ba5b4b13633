import QtQuick
import Soliloquy

// Good models by the memory they need. The program fetches nothing: names are for the user's own browser.
Column {
    id: list
    required property QtObject models
    property bool titled: true
    spacing: 4

    Words {
        visible: list.titled
        text: qsTr("What to fetch")
        font.pixelSize: Theme.size16
        font.weight: Font.DemiBold
        Accessible.role: Accessible.Heading
    }
    Words {
        width: parent.width
        text: qsTr("Soliloquy downloads nothing. Fetch one of these with your browser, for example from huggingface.co, and drop the file here. Where this list knows its checksum the file is verified against it; where it knows none, its own SHA-256 is computed on its page, to be compared with the one that the publisher shows. %1").arg(list.models.machine === "" ? "" : qsTr("This computer has %1.").arg(list.models.machine))
        wrapMode: Text.Wrap
        lineHeight: 1.4
        color: Theme.muted
        bottomPadding: 8
    }
    Repeater {
        model: list.models.suggestions
        Item {
            id: entry
            required property var modelData
            width: list.width
            height: 64
            opacity: modelData.fits ? 1 : 0.6
            Rectangle { anchors.bottom: parent.bottom; width: parent.width; height: 1; color: Theme.line }
            Words {
                id: name
                y: 10
                width: parent.width - copy.width - 12
                text: entry.modelData.name + (entry.modelData.thinks ? qsTr(" · thinks") : "")
                font.weight: Font.DemiBold
                font.pixelSize: Theme.size14
                elide: Text.ElideRight
            }
            Words {
                y: 33
                width: name.width
                text: qsTr("%1, for %2 GB of memory; %3. %4").arg(entry.modelData.size).arg(entry.modelData.machine).arg(entry.modelData.checksum).arg(entry.modelData.what)
                font.pixelSize: Theme.size12
                color: Theme.muted
                elide: Text.ElideRight
            }
            TextButton {
                id: copy
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Copy the name")
                icon_: "copy"
                name: qsTr("Copy the name of %1").arg(entry.modelData.file)
                hint: (entry.modelData.repository === "" ? "" : entry.modelData.repository + ", ") + entry.modelData.file
                onClicked: list.models.copyText(entry.modelData.repository === "" ? entry.modelData.file : entry.modelData.repository + " " + entry.modelData.file)
            }
        }
    }
}
