import QtQuick
import Soliloquy

// What is enforced, what it does not cover, and how to check it from outside.
Sheet {
    id: sheet
    required property QtObject app
    title: qsTr("Nothing leaves")
    widest: 600
    readonly property var promises: [
        sheet.app.networkEnforced ? qsTr("The system refuses this process every socket but the local desktop's. That cannot be undone while it runs.")
                                  : qsTr("This process opens no network socket. On this system that is not enforced by the kernel."),
        qsTr("The model runs inside this process. There is no account, no telemetry, no update check and no downloader."),
        qsTr("Links and pictures in answers are text. A link opens only when you press it and confirm its whole address."),
        qsTr("Conversations lie in one folder, readable by you alone: %1").arg(sheet.app.dataFolder)
    ]
    readonly property var limits: [
        qsTr("Your desktop, clipboard manager, input method and other programs are not part of this process."),
        qsTr("A browser that you open a link in uses the network."),
        qsTr("The files are not encrypted: use full-disk encryption against theft.")
    ]
    Words {
        width: parent.width
        visible: text !== ""
        wrapMode: Text.Wrap
        text: sheet.app.networkExplanation
        font.pixelSize: Theme.size14
        lineHeight: 1.35
    }
    SectionHead { text: sheet.app.networkEnforced ? qsTr("Enforced in this run") : qsTr("In this run") }
    Repeater { model: sheet.promises; StatementRow { required property string modelData; text: modelData; icon_: "check"; tint: Theme.ok } }
    SectionHead { text: qsTr("What this does not cover") }
    Repeater { model: sheet.limits; StatementRow { required property string modelData; text: modelData; icon_: "warning"; tint: Theme.amber } }
    SectionHead { text: qsTr("Check it yourself") }
    Repeater {
        model: ["grep Seccomp /proc/%1/status".arg(sheet.app.processId), "ss -xtup | grep %1".arg(sheet.app.processId),
                "strace -f -e trace=%network -p %1".arg(sheet.app.processId)]
        TextEdit {
            required property string modelData
            width: parent ? parent.width : 0
            topPadding: 4
            bottomPadding: 4
            textFormat: TextEdit.PlainText
            readOnly: true
            selectByMouse: true
            wrapMode: TextEdit.Wrap
            text: modelData
            font.family: Theme.monoFamily
            font.pixelSize: Theme.size13
            color: Theme.text
            Accessible.name: modelData
        }
    }
}
