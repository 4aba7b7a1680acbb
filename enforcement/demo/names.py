"""Invented names, numbers and words. Whoever bears one of these names is meant by none of them."""

from __future__ import annotations

from random import Random

from kernel.identity import citizen_check_digit, credit_check_character

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
GIVEN = (
    "志远 文博 雅琴 国栋 思敏 建平 秀兰 晓东 春梅 立新 海燕 永强 玉珍 家豪 欣怡 成林 桂芳 少军 丽娟 德明 美玲 振华 淑芬 "
    "宏伟 小红 长青 惠敏 俊杰 爱国 晓燕 浩然 金凤 向阳 书怡 大勇 明珠 庆丰 亚男 天佑 如意 光耀 静 勇 敏 涛 倩 磊 芳"
).split()
LONG_NAMES = (
    "阿布都热合曼·买买提吐尔逊",
    "古丽米热·艾合买提江",
    "欧阳慕容婉清",
)
FIRMS = (
    "云州市恒达建材有限公司",
    "云州鑫源商贸有限责任公司",
    "东湖区老城隍小吃店",
    "临江县绿野生态农业专业合作社",
    "云州市远帆物流运输有限公司",
    "石桥县永兴砖瓦厂",
    "云州瑞丰小额贷款股份有限公司",
    "云州农村商业银行股份有限公司东湖支行",
)
LONG_FIRMS = (
    "云州市东湖区青年路街道兴旺里社区股份经济合作联社置业发展有限责任公司",
    "云州中联恒泰建设工程集团有限公司临江县青石镇水库除险加固工程项目管理分公司",
    "石桥县柳林镇三合水库灌区农业综合开发与乡村旅游服务专业合作社联合社",
)
CAUSES = (
    "民间借贷纠纷",
    "买卖合同纠纷",
    "金融借款合同纠纷",
    "信用卡纠纷",
    "机动车交通事故责任纠纷",
    "劳动争议",
    "房屋租赁合同纠纷",
    "建设工程施工合同纠纷",
    "追索劳动报酬纠纷",
    "离婚后财产纠纷",
    "物业服务合同纠纷",
    "承揽合同纠纷",
)
VILLAGES = ("柳林村", "青石村", "三合村", "东风社区", "青年路社区", "兴旺里社区", "渡口村", "水杉社区")
BANKS = ("云州农商银行", "云州银行", "东湖村镇银行", "临江农商银行")


def person(rng: Random) -> str:
    """A name of two or three characters."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def citizen_id(rng: Random) -> str:
    """A number with a right check digit in a region that does not exist."""
    head = f"429901{rng.randint(1958, 2001)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(1, 999):03d}"
    return head + citizen_check_digit(head)


def credit_code(rng: Random) -> str:
    """A credit code with a right check character in a region that does not exist."""
    head = f"91429901MA{rng.randint(0, 9_999_999):07d}"
    return head + credit_check_character(head)


def mobile(rng: Random) -> str:
    """A mobile number. The demo writes its messages to a file, whatever provider is set."""
    return f"199000{rng.randint(0, 99_999):05d}"


def card(rng: Random) -> str:
    """A bank card number with a right check digit."""
    head = f"629999{rng.randint(0, 10**12 - 1):012d}"
    doubled = sum(
        int(digit) for place, char in enumerate(reversed(head)) for digit in str(int(char) * (2 - place % 2))
    )
    return head + str(-doubled % 10)
