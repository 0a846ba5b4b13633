import QtQuick
import Qt.labs.qmlmodels
import Soliloquy

// One small file for each kind of row.
DelegateChooser {
    role: "part"
    DelegateChoice { roleValue: "text"; TextPart {} }
    DelegateChoice { roleValue: "thought"; ThoughtPart {} }
    DelegateChoice { roleValue: "user"; UserPart {} }
    DelegateChoice { roleValue: "code"; CodePart {} }
    DelegateChoice { roleValue: "table"; TablePart {} }
    DelegateChoice { roleValue: "rule"; RulePart {} }
    DelegateChoice { roleValue: "actions"; ActionsPart {} }
    DelegateChoice { roleValue: "bar"; BarPart {} }
    DelegateChoice { roleValue: "error"; ErrorPart {} }
    DelegateChoice { roleValue: "waiting"; WaitingPart {} }
}
